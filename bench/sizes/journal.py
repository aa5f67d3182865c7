"""A million journal entries of several organisations; one in twenty is open."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, cached_property
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

from chassis.clock import new_id
from chassis.settings import ServiceSettings
from contracts.sealed import PersonKey
from intake.enquiries.commands.register import term_of
from intake.enquiries.personal import Caller, Place, Words, shut
from intake.enquiries.stems import digests
from intake.testing import organisation, region
from intake.testing.enquiries import OMSK, enquiries_pack

from bench.sizes import invented

MEASURED = organisation("point", OMSK)
"""Half of all entries stand in its journal."""
JOURNALS = (
    (OMSK, MEASURED),
    ("smolensk", organisation("centre", "smolensk")),
    (OMSK, MEASURED),
    ("moscow-oblast", organisation("service", "moscow-oblast")),
)
OPEN_ONE_IN = 20
YEARS = 4


@cache
def _digests(keeper: UUID, secret: bytes, word: str) -> list[str]:
    """What a word is found by in one journal, by intake's own function; words are said again and again."""
    return digests(cast(ServiceSettings, SimpleNamespace(key_encryption_key=secret)), keeper, [word])


@dataclass(frozen=True)
class Entries:
    """Makes entries as they stand after their five steps; the last ones are still on their way."""

    secret: bytes
    now: datetime
    count: int

    @cached_property
    def explained(self) -> str:
        """The explanation of a real due time, as JSON; all rows share it."""
        return json.dumps(term_of(enquiries_pack(), False, self.now, region(OMSK), OMSK).explanation.to_json())

    def made(self, number: int, key: PersonKey) -> tuple[dict[str, Any], list[str]]:
        """The row, and the digests it is found by."""
        id = new_id()
        home, keeper = JOURNALS[number % len(JOURNALS)]
        # the youngest entries are the open ones, so they lie together as they would in a journal that has grown
        open_now = number >= self.count - self.count // OPEN_ONE_IN
        age = timedelta(days=365 * YEARS) * (1 - number / self.count)
        name, address = invented.parent(number), invented.address(number)
        words = " ".join(invented.vocabulary()[word] for word in invented.question(number))
        sealed = {
            "caller": shut(Caller(name=name, phone=invented.phone(number)), key, id),
            "place": shut(Place(address=address), key, id),
            "question": shut(Words(text=words), key, id, "question"),
            "result": None if open_now else shut(Words(text=words[:40]), key, id, "result"),
        }
        steps = self._open(number) if open_now else self._closed(number, self.now - age)
        row = {**self._plain(number, id, home, keeper, self.now - age), **sealed, **steps, "person_id": key.person_id}
        said = f"{name} {address} {words}".replace(",", "").split()
        return row, sorted({digest for word in said for digest in _digests(keeper, self.secret, word)})

    def _open(self, number: int) -> dict[str, Any]:
        state = ("registered", "assigned", "serving")[number % 3]
        assigned = None if state == "registered" else _STAFF[number % len(_STAFF)]
        empty = dict.fromkeys(("outcome", "answered_at", "delivery", "given_at", "closed_at"))
        return {**empty, "state": state, "assigned_to": assigned}

    def _closed(self, number: int, at: datetime) -> dict[str, Any]:
        given = at + timedelta(days=1)
        return {
            "state": "closed",
            "assigned_to": _STAFF[number % len(_STAFF)],
            "outcome": "helped_in_full",
            "answered_at": given,
            "delivery": "given",
            "given_at": given,
            "closed_at": given,
        }

    def _plain(self, number: int, id: UUID, home: str, keeper: UUID, at: datetime) -> dict[str, Any]:
        empty = ("status", "asked_by", "source_digest", "consent_version", "registered_by", "escalated_at")
        return {
            **dict.fromkeys((*empty, "last_amendment")),
            "id": id,
            "version": 5,
            "number": number + 1,
            "year": at.year - 10,
            "registration": f"ОБР-{at.year - 10}-{number + 1:07d}",
            "region": home,
            "territory": home,
            "organisation_id": keeper,
            "channel": "phone",
            "answer_channel": "phone",
            "anonymous": False,
            "complaint": False,
            "theme": ("devices", "law", "institutions")[number % 3],
            "help_kind": None,
            "token_digest": hashlib.sha256(f"bench-entry-{number}".encode()).hexdigest(),
            "received_at": at,
            "registered_at": at,
            "due_since": at,
            "due_at": at + timedelta(days=2),
            "due_provisional": False,
            "due_explanation": self.explained,
            "call_attempts": 0,
        }


_STAFF = tuple(UUID(int=n) for n in range(1, 21))
