"""From the lines of an approved programme to the visits and sessions of one month. Pure.

The rule stands in `scheduling.pack.VisitRules`: a visit takes at most one occurrence of each line and at most so many
services and minutes; a remote session is one service.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from math import ceil
from uuid import UUID

from contracts.cases import ServiceLine
from contracts.identifiers import Code, ServiceGroup
from pydantic import BaseModel, ConfigDict

from scheduling.pack import VisitRules


class Task(BaseModel):
    """One occurrence of a line on one visit."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    line_id: UUID | None
    service_code: Code
    group: ServiceGroup
    minutes: int
    skill: Code


Bundle = tuple[Task, ...]


def still_due(
    line: ServiceLine, done: int, month_days: Sequence[date], term_days: Sequence[date], last_month: bool
) -> int:
    """How many occurrences of a line this month still has to bring.

    The last month of the term takes what is left; an earlier one its share of the term's working days.

    Args:
        done: occurrences already delivered or standing in the calendar.
        month_days: working days of the term up to the end of this month.
        term_days: working days of the whole term.
    """
    share = Fraction(1) if last_month else Fraction(len(month_days), max(len(term_days), 1))
    return max(0, ceil(line.count * share) - done)


def bundles(lines: Sequence[ServiceLine], due: Mapping[UUID, int], rules: VisitRules) -> list[Bundle]:
    """The visits that bring ``due`` occurrences of the lines: as few as the rule allows, evenly filled."""
    wanted = [(line, due.get(line.line_id, 0)) for line in lines if due.get(line.line_id, 0) > 0]
    if not wanted:
        return []
    services = sum(count for _, count in wanted)
    visits = max(max(count for _, count in wanted), ceil(services / rules.max_services))
    while not _fits(filled := _fill(wanted, visits), rules) and visits < services:
        visits += 1
    return [tuple(tasks) for tasks in filled if tasks]


def singles(lines: Iterable[ServiceLine], due: Mapping[UUID, int]) -> list[Bundle]:
    """One session for each occurrence, the lines in turn, so that a month is not one subject after another."""
    queues = [[(_task(line),)] * due.get(line.line_id, 0) for line in lines]
    longest = max(map(len, queues), default=0)
    return [queue[turn] for turn in range(longest) for queue in queues if turn < len(queue)]


def _fill(wanted: Sequence[tuple[ServiceLine, int]], visits: int) -> list[list[Task]]:
    """Each line on its ``count`` emptiest visits; loads differ by one service at most."""
    filled: list[list[Task]] = [[] for _ in range(visits)]
    for line, count in sorted(wanted, key=lambda pair: (-pair[1], pair[0].line_id)):
        emptiest = sorted(range(visits), key=lambda place: (len(filled[place]), _spread(place, count, visits)))
        for place in emptiest[:count]:
            filled[place].append(_task(line))
    return filled


def _spread(place: int, count: int, visits: int) -> tuple[bool, int]:
    """Prefer places that lie evenly over the month."""
    even = {turn * visits // count for turn in range(count)}
    return place not in even, place


def _fits(filled: Sequence[Sequence[Task]], rules: VisitRules) -> bool:
    return all(sum(task.minutes for task in tasks) <= rules.max_minutes for tasks in filled)


def _task(line: ServiceLine) -> Task:
    return Task(
        line_id=line.line_id, service_code=line.service_code, group=line.group, minutes=line.minutes, skill=line.skill
    )
