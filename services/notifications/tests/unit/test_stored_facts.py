"""What was stored in the ledger before is read as long as it may lie there."""

from __future__ import annotations

from typing import Any

import pytest
from notifications.kinds import MessageKind
from notifications.messages.model import Message

SOMEBODY, BEGINS, ENDS = "00000000-0000-0000-0000-000000000001", "2026-03-10T07:30:00Z", "2026-03-10T08:30:00Z"
APPOINTMENT = {"organisation_id": SOMEBODY, "starts_at": BEGINS, "first": True, "specialist_ids": []}
VISIT = {
    "visit_id": SOMEBODY,
    "mode": "home",
    "starts_at": BEGINS,
    "ends_at": ENDS,
    "specialist_ids": [SOMEBODY],
    "moved": True,
}
SEALED = {"key_id": SOMEBODY, "key_version": 1, "nonce": "", "ciphertext": ""}
AT_POINT = {"point_id": SOMEBODY, "starts_at": BEGINS, "services": 3}

STORED: dict[MessageKind, dict[str, Any]] = {
    MessageKind.APPLICATION_RECEIVED: {"number": "РП-2026-1", "call_back_due": BEGINS, "provisional": True},
    MessageKind.CALL_BACK_MOVED: {
        "number": "РП-2026-1",
        "promised": BEGINS,
        "call_back_due": ENDS,
        "provisional": True,
    },
    MessageKind.SERVICE_ACCEPTED: {
        "number": "РП-2026-1",
        "serving_organisation_id": SOMEBODY,
        "coordinating_organisation_id": SOMEBODY,
        "first_appointment_due": BEGINS,
    },
    MessageKind.APPOINTMENT_BOOKED: APPOINTMENT,
    MessageKind.APPOINTMENT_CANCELLED: {"reason_code": "family_asked", "starts_at": BEGINS, "rebooked": True},
    MessageKind.APPOINTMENT_REMINDER: APPOINTMENT,
    MessageKind.VISITS_PUBLISHED: {"visits": [VISIT]},
    MessageKind.VISIT_POSTPONED: {
        "reason": "child_ill",
        "mode": "home",
        "starts_at": BEGINS,
        "until": "2026-03-10",
    },
    MessageKind.VISIT_REMINDER: {"visit": VISIT},
    MessageKind.TRIP_INVITATION: {**AT_POINT, "moved": True},
    MessageKind.TRIP_CANCELLED: AT_POINT,
    MessageKind.TRIP_REMINDER: AT_POINT,
    MessageKind.ENQUIRY_RECEIVED: {"number": "ОБР-2026-1", "due_at": BEGINS, "provisional": True},
    MessageKind.ENQUIRY_ANSWERED: {"number": "ОБР-2026-1", "answer": SEALED},
}
"""Rows of March 2026, one of each kind. Never edit one: a new form gets a row of its own."""


@pytest.mark.parametrize("kind", MessageKind)
def test_facts_stored_before_are_read_and_lose_nothing(kind: MessageKind) -> None:
    facts = Message(kind=kind, told=STORED[kind]).facts
    assert STORED[kind].items() <= facts.model_dump(mode="json").items()
