"""What the story knows as it goes along: its people, its two families and what has come of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from local_deploy.story.gateway import DemoClock, Person
from local_deploy.system import System

EARLY_HELP, HOME_PROGRAMME = "moscow-early-help", "smolensk"


@dataclass
class FamilyStory:
    """One family on its way. ``facts`` are answers of the system worth keeping, by a short name."""

    region: str
    representative: str
    child: str
    email: str
    phone: str
    application_id: str = ""
    status_token: str = ""
    case_id: str = ""
    child_id: str = ""
    representative_id: str = ""
    account: Person | None = None
    facts: dict[str, Any] = field(default_factory=dict)


class World:
    """The system, its clock and everybody who acts in the story."""

    def __init__(self, system: System) -> None:
        self.system, self.clock = system, DemoClock(system)
        self.public = Person(system)
        self._staff: dict[str, Person] = {}
        self.baby = FamilyStory(EARLY_HELP, "", "", "", "")
        self.child = FamilyStory(HOME_PROGRAMME, "", "", "", "")

    def staff(self, user: str) -> Person:
        """A member of staff, logged in at first use."""
        return self._staff.setdefault(user, Person(self.system, user))

    def close(self) -> None:
        """Close every connection."""
        everybody = [self.public, *self._staff.values(), self.baby.account, self.child.account]
        for person in everybody:
            if person is not None:
                person.close()
