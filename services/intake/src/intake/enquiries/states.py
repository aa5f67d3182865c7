"""The five steps of an enquiry in their strict order (D1-20), and what may be done at each. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from chassis.errors import DomainError, Kind


class EnquiryState(StrEnum):
    REGISTERED = "registered"
    """Step 1: it stands in the journal."""
    ASSIGNED = "assigned"
    """Step 2: the competent specialist is responsible."""
    SERVING = "serving"
    """Step 3: the specialist works on it."""
    ANSWERED = "answered"
    """Step 4: the answer is written; whether the person has it says `Delivery`."""
    CLOSED = "closed"
    """Step 5: the result stands in the journal."""


class Delivery(StrEnum):
    """Where the answer is. Only a person who has it has been answered."""

    SENDING = "sending"
    TO_BE_TOLD = "to_be_told"
    """No channel sends it by itself: somebody has to call."""
    GIVEN = "given"


OPEN_STATES = frozenset(EnquiryState) - {EnquiryState.CLOSED}

ALLOWED: Mapping[str, frozenset[EnquiryState]] = {
    "classify": frozenset({EnquiryState.REGISTERED, EnquiryState.ASSIGNED, EnquiryState.SERVING}),
    "assign": frozenset({EnquiryState.REGISTERED, EnquiryState.ASSIGNED, EnquiryState.SERVING}),
    "serve": frozenset({EnquiryState.ASSIGNED}),
    "answer": frozenset({EnquiryState.SERVING}),
    "told": frozenset({EnquiryState.ANSWERED}),
    "close": frozenset({EnquiryState.ANSWERED}),
    "ask": OPEN_STATES,
    "attach": OPEN_STATES,
    "choose_channel": frozenset({EnquiryState.REGISTERED, EnquiryState.ASSIGNED, EnquiryState.SERVING}),
}
"""In which states each action may be done."""


def require_state(action: str, state: EnquiryState) -> None:
    """Refuse a step out of its order (D1-20)."""
    if state not in ALLOWED[action]:
        raise DomainError(
            "wrong_step",
            Kind.CONFLICT,
            ru="Порядок работы строгий: регистрация, специалист, услуга, ответ, результат. Сейчас это сделать нельзя.",
            en="The order is strict: registration, specialist, service, answer, result. This cannot be done now.",
            state=str(state),
        )
