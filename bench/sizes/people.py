"""A hundred thousand applications: half of them open, a coordinator's own among them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

from chassis.clock import new_id
from contracts.identifiers import named_id
from contracts.sealed import PersonKey
from intake.applications.commands.index_names import TokenMaker
from intake.applications.model.deadlines import DeadlineKind
from intake.applications.personal import Child, Health, Home, Representative, Words, shut
from intake.applications.states import ApplicationState
from intake.terms import computed
from intake.testing import MOSCOW, intake_pack, organisation, region

from bench.sizes import invented

COORDINATOR = named_id("principal", f"{MOSCOW}/koordinator.moskva")
CENTRE = organisation("coordination-centre")
SERVICES = tuple(organisation(code) for code in ("early-help-north", "early-help-south"))
STATES = (
    ApplicationState.SUBMITTED,
    ApplicationState.TAKEN,
    ApplicationState.REACHED,
    ApplicationState.ACCEPTED,
    ApplicationState.ACCEPTED,
    ApplicationState.ACCEPTED,
)
_SAMPLE = "при рождении поставлен под наблюдение невролога"


@dataclass(frozen=True, slots=True)
class Made:
    """The rows of one application; ``tokens``: what it is found by."""

    row: dict[str, Any]
    deadlines: list[dict[str, Any]]
    tokens: set[int]


@dataclass(frozen=True)
class Applications:
    """Makes applications as they would stand in the tables after their way so far."""

    secret: bytes
    now: datetime

    @cached_property
    def maker(self) -> TokenMaker:
        return TokenMaker(self.secret)

    @cached_property
    def explained(self) -> dict[DeadlineKind, str]:
        """The explanation of a real deadline of each kind, as JSON; all rows share it."""
        terms = intake_pack().terms
        return {
            kind: json.dumps(computed(getattr(terms, kind), self.now, region(), MOSCOW).explanation.to_json())
            for kind in DeadlineKind
        }

    def made(self, number: int, child_key: PersonKey, parent_key: PersonKey) -> Made:
        """Application, deadlines and tokens of one child."""
        id, state = new_id(), STATES[invented.mixed(number, 30) % len(STATES)]
        done = state is ApplicationState.ACCEPTED
        submitted = self.now - timedelta(minutes=5 * (invented.mixed(number, 31) % (90_000 if done else 600)))
        phone, born = invented.phone(number), invented.born(number, self.now.date())
        name, mother = invented.child(number), invented.parent(number)
        health = Health(diagnosis=_SAMPLE)
        sealed = {
            "child": shut(Child(name=name, birth_date=born), child_key, id),
            "representative": shut(Representative(name=mother, phone=phone), parent_key, id),
            "home": shut(Home(address=invented.address(number)), child_key, id),
            "words": shut(Words(comment=_SAMPLE), child_key, id),
            "health": shut(health, child_key, id),
        }
        people = {"child_id": child_key.person_id, "representative_id": parent_key.person_id}
        row = {**_plain(number, id, state, submitted), **people, **sealed}
        tokens = self.maker.of_child(name, born) | self.maker.of_representative(mother, phone)
        return Made(row, list(self._deadlines(id, state, submitted)), tokens)

    def _deadlines(self, id: UUID, state: ApplicationState, submitted: datetime) -> list[dict[str, Any]]:
        call_back = (DeadlineKind.CALL_BACK, _due(state, submitted))
        later = [(DeadlineKind.FIRST_APPOINTMENT, _due(state, submitted))]
        running = state in (ApplicationState.SUBMITTED, ApplicationState.TAKEN)
        ended = (
            set(DeadlineKind) if state is ApplicationState.ACCEPTED else set() if running else {DeadlineKind.CALL_BACK}
        )
        return [
            {
                "application_id": id,
                "kind": kind.value,
                "started_at": submitted,
                "due_at": due,
                "done_at": submitted + timedelta(hours=2) if kind in ended else None,
                "escalated_at": None,
                "provisional": False,
                "explanation": self.explained[kind],
            }
            for kind, due in [call_back, *([] if running else later)]
        ]


def _due(state: ApplicationState, submitted: datetime) -> datetime:
    return submitted + (
        timedelta(hours=9) if state in (ApplicationState.SUBMITTED, ApplicationState.TAKEN) else timedelta(days=7)
    )


def _plain(number: int, id: UUID, state: ApplicationState, submitted: datetime) -> dict[str, Any]:
    accepted = state is ApplicationState.ACCEPTED
    territory = f"{MOSCOW}/{('severny', 'yuzhny')[number % 2]}"
    return {
        **dict.fromkeys(
            ("filed_by", "client_type", "protocol_due_at", "protocol_explanation", "return_reason", "appointment_id")
        ),
        "id": id,
        "version": 2,
        "number": f"РП-2021-{number + 1:06d}",
        "region": MOSCOW,
        "territory": territory,
        "residence_territory": territory,
        "state": state.value,
        "source": "site",
        "entry_point": "site",
        "age_band": "0-3",
        "organisation_id": CENTRE,
        "serving_organisation_id": SERVICES[number % 2] if accepted else None,
        "coordinator_id": None if state is ApplicationState.SUBMITTED else COORDINATOR,
        "token_digest": hashlib.sha256(f"bench-{number}".encode()).hexdigest(),
        "registered_in_region": True,
        "low_vision": False,
        "submitted_at": submitted,
        "due_at": _due(state, submitted),
        "closed_at": submitted + timedelta(days=1) if accepted else None,
        "appointment_at": submitted + timedelta(days=5) if accepted else None,
        "health_consent_ids": [],
    }
