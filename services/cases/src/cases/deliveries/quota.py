"""Pure. The quota of a month's card (D4-07): done, planned, and what will be missing if nothing changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from contracts.identifiers import COUNTED_MODES, Accounting, DeliveryMode, ServiceGroup


@dataclass(frozen=True, slots=True)
class Term:
    """The days of the card, both included."""

    first: date
    last: date

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class Done:
    """A delivered service as the quota sees it."""

    day: date
    group: ServiceGroup
    mode: DeliveryMode
    accounting: Accounting


@dataclass(frozen=True, slots=True)
class Awaited:
    """Services of one visit that has not been reported; ``postponed`` when it has lost its date."""

    day: date
    mode: DeliveryMode
    groups: tuple[ServiceGroup, ...]
    postponed: bool = False


@dataclass(frozen=True, slots=True)
class GroupQuota:
    """One group of services; ``shortfall`` is what will be missing on the last day."""

    group: ServiceGroup
    required: int
    done: int
    planned: int
    postponed: int

    @property
    def shortfall(self) -> int:
        return max(0, self.required - self.done - self.planned)


def forecast(
    required: Mapping[ServiceGroup, int],
    term: Term,
    done: Iterable[Done],
    awaited: Iterable[Awaited],
    pauses: Iterable[Term] = (),
) -> tuple[GroupQuota, ...]:
    """How the month stands, per group of ``required``.

    A visit inside a pause for illness counts as postponed even before scheduling has said so.
    """
    ill = tuple(pauses)
    delivered = Counter(d.group for d in done if _counts(d) and d.day in term)
    planned: Counter[ServiceGroup] = Counter()
    postponed: Counter[ServiceGroup] = Counter()
    for visit in awaited:
        if visit.mode in COUNTED_MODES and visit.day in term:
            lost = visit.postponed or any(visit.day in pause for pause in ill)
            (postponed if lost else planned).update(visit.groups)
    return tuple(
        GroupQuota(group, minimum, delivered[group], planned[group], postponed[group])
        for group, minimum in required.items()
    )


def days_left(term: Term, today: date, pauses: Iterable[Term] = ()) -> int:
    """Days of the term, today included, on which the child can still be visited."""
    ill = tuple(pauses)
    first = max(today, term.first)
    days = (first + timedelta(days=n) for n in range((term.last - first).days + 1))
    return sum(1 for day in days if not any(day in pause for pause in ill))


def _counts(service: Done) -> bool:
    return service.accounting is Accounting.HOME_SERVICE and service.mode in COUNTED_MODES
