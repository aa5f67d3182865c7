"""The rules of the contact ladder: which step follows, which outcome fits which means, when one is exhausted. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import workdays
from chassis.errors import DomainError, Kind
from chassis.regions import Region
from contracts.event import Moment
from contracts.identifiers import ContactOutcome, ContactStep, DeliveryMode
from contracts.personal import Address, Contact
from contracts.sealed import Sealed

from intake.finding.ladder_pack import OutreachPack
from intake.terms import computed

NEXT: Mapping[ContactStep, ContactStep | None] = {
    ContactStep.PHONE: ContactStep.VISIT,
    ContactStep.VISIT: ContactStep.POST,
    ContactStep.POST: None,
}
OUTCOMES: Mapping[ContactStep, frozenset[ContactOutcome]] = {
    ContactStep.PHONE: frozenset(
        {
            ContactOutcome.AGREED,
            ContactOutcome.REFUSED,
            ContactOutcome.CANNOT_COME,
            ContactOutcome.ASKED_LATER,
            ContactOutcome.NO_ANSWER,
            ContactOutcome.WRONG_CONTACT,
        }
    ),
    ContactStep.VISIT: frozenset(
        {
            ContactOutcome.AGREED,
            ContactOutcome.REFUSED,
            ContactOutcome.ASKED_LATER,
            ContactOutcome.NOBODY_HOME,
            ContactOutcome.WRONG_CONTACT,
        }
    ),
    ContactStep.POST: frozenset({ContactOutcome.DELIVERED, ContactOutcome.RETURNED}),
}
HEARD = frozenset(
    {
        ContactOutcome.AGREED,
        ContactOutcome.REFUSED,
        ContactOutcome.CANNOT_COME,
        ContactOutcome.ASKED_LATER,
        ContactOutcome.DELIVERED,
    }
)
"""Outcomes after which the family knows: the fact of notification (D3-18)."""
IN_VAIN = frozenset({ContactOutcome.NO_ANSWER, ContactOutcome.NOBODY_HOME, ContactOutcome.WRONG_CONTACT})


@dataclass(frozen=True, slots=True)
class Ladder:
    """The ladder of one territory. ``due(term, start)`` counts by its calendar, zone and hours (T12)."""

    limits: Mapping[ContactStep, int]
    due: Callable[[str, datetime], workdays.Deadline]
    zone: ZoneInfo

    @classmethod
    def of(cls, pack: OutreachPack, region: Region, territory: str) -> Ladder:
        def due(term: str, start: datetime) -> workdays.Deadline:
            return computed(getattr(pack.terms, term), start, region, territory)

        limits = {ContactStep.PHONE: pack.calls, ContactStep.VISIT: pack.visits, ContactStep.POST: 1}
        return cls(limits, due, region.zone_of(territory.partition("/")[2] or None))

    def exhausted(self, step: ContactStep, outcome: ContactOutcome, attempts: int) -> bool:
        """Whether the step has nothing left to try; a wrong number or address ends it at once."""
        return outcome is ContactOutcome.WRONG_CONTACT or attempts >= self.limits[step]

    def end_of_day(self, moment: datetime) -> Moment:
        """The survey belongs to the day of the meeting, whatever the calendar says of it (D3-21)."""
        local = moment.astimezone(self.zone)
        last = datetime.combine(local.date() + timedelta(days=1), time(), self.zone) - timedelta(minutes=1)
        return Moment(due_at=last.astimezone(UTC))

    def same_day(self, one: datetime, other: datetime) -> bool:
        return one.astimezone(self.zone).date() == other.astimezone(self.zone).date()


@dataclass(frozen=True, slots=True)
class Travel:
    """What a visit or letter needs to reach the family, sealed for the fact that tells of it."""

    contact: Sealed[Contact]
    address: Sealed[Address] | None


@dataclass(frozen=True, slots=True)
class Meeting:
    """When and where the family agreed to meet."""

    at: datetime
    place: DeliveryMode


def check_outcome(means: ContactStep, outcome: ContactOutcome, step: ContactStep) -> None:
    """Refuse an outcome the means cannot have, and a visit before its step is open."""
    if outcome not in OUTCOMES[means]:
        raise DomainError(
            "outcome_unsuitable",
            Kind.INVALID,
            ru="Такого итога у этого способа связи не бывает.",
            en="This means of contact cannot have that outcome.",
            field="outcome",
            allowed=sorted(OUTCOMES[means]),
        )
    if means is ContactStep.VISIT and step is ContactStep.PHONE:
        raise DomainError(
            "step_not_open",
            Kind.CONFLICT,
            ru="Выезд ещё не открыт: сначала звонки, либо пропустите шаг с причиной.",
            en="The visit is not open yet: call first, or skip the step with a reason.",
            field="outcome",
        )
