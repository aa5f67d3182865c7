"""The states of an application and what may be done in each. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from chassis.errors import DomainError, Kind


class ApplicationState(StrEnum):
    SUBMITTED = "submitted"
    TAKEN = "taken"
    REACHED = "reached"
    """The family was called and its need is known."""
    HANDED_OVER = "handed_over"
    RETURNED = "returned"
    ACCEPTED = "accepted"
    REDIRECTED = "redirected"
    WITHDRAWN = "withdrawn"


OPEN_STATES = frozenset(
    {
        ApplicationState.SUBMITTED,
        ApplicationState.TAKEN,
        ApplicationState.REACHED,
        ApplicationState.HANDED_OVER,
        ApplicationState.RETURNED,
    }
)
CLOSED_UNSERVED = frozenset({ApplicationState.REDIRECTED, ApplicationState.WITHDRAWN})

ALLOWED: Mapping[str, frozenset[ApplicationState]] = {
    "take": OPEN_STATES,
    "call": frozenset({ApplicationState.TAKEN, ApplicationState.REACHED, ApplicationState.RETURNED}),
    "hand_over": frozenset({ApplicationState.REACHED, ApplicationState.RETURNED}),
    "accept": frozenset({ApplicationState.HANDED_OVER}),
    "return": frozenset({ApplicationState.HANDED_OVER}),
    "withdraw": OPEN_STATES,
    "attach": OPEN_STATES | {ApplicationState.ACCEPTED},
    "bind": frozenset({ApplicationState.HANDED_OVER, ApplicationState.ACCEPTED}),
}
"""The state machine: in which states each action may be done."""


def require_state(action: str, state: ApplicationState) -> None:
    """Refuse an action the state does not allow: the application has gone on, or not come so far yet."""
    if state not in ALLOWED[action]:
        raise DomainError(
            "wrong_state",
            Kind.CONFLICT,
            ru="В этом состоянии заявки действие невозможно. Обновите страницу.",
            en="The application is in a state that does not allow this.",
            state=str(state),
        )


def other_coordinator() -> DomainError:
    """A family has exactly one coordinator; another one has to take the application first."""
    return DomainError(
        "other_coordinator",
        Kind.CONFLICT,
        ru="Заявкой занимается другой координатор. Возьмите её на себя, чтобы продолжить.",
        en="Another coordinator has this application. Take it over to go on.",
    )
