"""The states of an outreach and what may be done in each. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from chassis.errors import DomainError, Kind


class OutreachState(StrEnum):
    OPEN = "open"
    """Somewhere on the ladder."""
    AGREED = "agreed"
    """The family agreed; the meeting has a time."""
    MET = "met"
    """The meeting took place; the survey is due."""
    SURVEYED = "surveyed"
    LED = "led"
    """An application was filed."""
    REFUSED = "refused"
    NOT_REACHED = "not_reached"
    BROKEN_OFF = "broken_off"


RUNNING = frozenset({OutreachState.OPEN, OutreachState.AGREED, OutreachState.MET})
"""Somebody has something to do by a due time."""

ALLOWED: Mapping[str, frozenset[OutreachState]] = {
    "assign": frozenset({OutreachState.OPEN, OutreachState.AGREED, OutreachState.MET, OutreachState.SURVEYED}),
    "attempt": frozenset({OutreachState.OPEN}),
    "post": frozenset({OutreachState.OPEN}),
    "skip": frozenset({OutreachState.OPEN}),
    "miss": frozenset({OutreachState.AGREED}),
    "meet": frozenset({OutreachState.AGREED}),
    "survey": frozenset({OutreachState.MET}),
    "stage": frozenset(
        {OutreachState.OPEN, OutreachState.AGREED, OutreachState.MET, OutreachState.SURVEYED, OutreachState.LED}
    ),
    "lead": frozenset({OutreachState.AGREED, OutreachState.MET, OutreachState.SURVEYED}),
    "refuse": frozenset({OutreachState.OPEN, OutreachState.AGREED}),
    "break_off": frozenset({OutreachState.OPEN, OutreachState.AGREED}),
}


def require_state(action: str, state: OutreachState) -> None:
    """Refuse an action the state does not allow."""
    if state not in ALLOWED[action]:
        raise DomainError(
            "wrong_state",
            Kind.CONFLICT,
            ru="Работа с этой семьёй уже в другом состоянии. Обновите страницу.",
            en="Outreach to this family is in a state that does not allow this.",
            state=str(state),
        )


def wrong_step(wanted: str, step: str | None) -> DomainError:
    """An action that belongs to another step of the ladder."""
    return DomainError(
        "wrong_step",
        Kind.CONFLICT,
        ru="Сейчас другой шаг лестницы контакта.",
        en="The ladder of contact stands at another step.",
        wanted=wanted,
        step=step,
    )
