"""What plans refuse."""

from __future__ import annotations

from collections.abc import Iterable

from chassis.errors import DomainError, Kind


def calendar_changed(taken: Iterable[str] = ()) -> DomainError:
    """409: the plan was made for another calendar; ``taken`` names the kinds of what somebody took meanwhile."""
    return DomainError(
        "calendar_changed",
        Kind.CONFLICT,
        ru="С момента составления плана расписание изменилось. Составьте план заново.",
        en="The calendar has changed since the plan was made. Make the plan again.",
        taken=sorted(set(taken)),
    )


def plan_settled() -> DomainError:
    """409: what is accepted is not searched any more."""
    return DomainError(
        "plan_settled",
        Kind.CONFLICT,
        ru="План уже принят. Чтобы искать лучший, составьте новый план месяца.",
        en="The plan is accepted. To search for a better one, make a new plan of the month.",
    )
