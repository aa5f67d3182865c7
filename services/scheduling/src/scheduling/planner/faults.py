"""Bad input, named. A fault stops planning only when the problem makes no sense; the rest is planned and explained."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from pydantic import ValidationError

from scheduling.planner.model import Problem
from scheduling.planner.plan import Plan

TEXTS: dict[str, tuple[str, str]] = {
    "not-json": ("это не JSON", "this is not JSON"),
    "shape": ("поле не читается", "a field cannot be read"),
    "no-days": ("в месяце нет рабочих дней", "the month has no working days"),
    "same-id": ("один номер у двух записей", "two records share an id"),
    "unknown-place": ("ссылка на неизвестное место", "reference to an unknown place"),
    "unknown-brigade": ("ссылка на неизвестную бригаду", "reference to an unknown brigade"),
    "unknown-specialist": ("ссылка на неизвестного специалиста", "reference to an unknown specialist"),
    "unknown-visit": ("ссылка на неизвестный визит", "reference to an unknown visit"),
    "unknown-series": ("ссылка на неизвестную серию визитов", "reference to an unknown series"),
    "table": ("таблица путей не квадратная", "the travel table is not square"),
    "pair": ("визит в двух парах или в паре с собой", "a visit is in two pairs or paired with itself"),
    "lag": ("наименьший сдвиг пары больше наибольшего", "the pair's least lag exceeds the largest"),
    "freeze": ("закрепления противоречат друг другу или правилам", "freezes contradict each other or the rules"),
    "stay": ("ночёвка невозможна", "an overnight stay is impossible"),
}


@dataclass(frozen=True)
class Fault:
    """What is wrong with the problem and where."""

    code: str
    subject: str

    @property
    def text(self) -> str:
        """For people, in Russian."""
        return f"{TEXTS[self.code][0]}: {self.subject}"

    @property
    def text_en(self) -> str:
        """The same in English."""
        return f"{TEXTS[self.code][1]}: {self.subject}"


class ProblemError(ValueError):
    """The input cannot be planned; `faults` say why, each by name."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(fault.text for fault in self.faults))


def read_problem(source: str | bytes | Path) -> Problem:
    """A problem from JSON text or a file; raises ProblemError."""
    problem = _read(source, Problem)
    assert isinstance(problem, Problem)
    require(problem)
    return problem


def read_plan(source: str | bytes | Path) -> Plan:
    """A plan from JSON text or a file; raises ProblemError."""
    plan = _read(source, Plan)
    assert isinstance(plan, Plan)
    return plan


def _read(source: str | bytes | Path, kind: type[Problem] | type[Plan]) -> Problem | Plan:
    text = source.read_bytes() if isinstance(source, Path) else source
    try:
        return kind.model_validate(json.loads(text), strict=False)
    except ValidationError as error:
        places = (".".join(map(str, one["loc"])) + ": " + one["msg"] for one in error.errors())
        raise ProblemError(Fault("shape", place) for place in places) from None
    except (ValueError, RecursionError) as error:
        raise ProblemError([Fault("not-json", str(error))]) from None


def require(problem: Problem) -> None:
    """Raises ProblemError when the problem contradicts itself."""
    found = list(faults(problem))
    if found:
        raise ProblemError(found)


def faults(problem: Problem) -> Iterator[Fault]:
    """Everything that makes the problem meaningless. Unplaceable visits are no faults: the plan explains them."""
    if not problem.days:
        yield Fault("no-days", problem.id)
    yield from _same_ids(problem)
    yield from _references(problem)
    yield from _table(problem)
    yield from _pairs(problem)
    yield from _freezes(problem)
    yield from _stays(problem)


def _same_ids(problem: Problem) -> Iterator[Fault]:
    services = [service for one in problem.receptions for family in one.families for service in family.services]
    records: tuple[list[str], ...] = (
        [one.id for one in problem.places], [one.id for one in problem.brigades], [one.id for one in problem.series],
        [one.id for one in problem.specialists], [one.id for one in problem.children],
        [one.id for one in problem.visits] + [one.id for one in problem.receptions] + [one.id for one in services],
    )  # fmt: skip
    for ids in records:
        yield from (Fault("same-id", name) for name, times in Counter(ids).items() if times > 1)


def _references(problem: Problem) -> Iterator[Fault]:
    used: dict[str, set[str]] = {
        "place": {one.place for one in problem.visits} | {one.place for one in problem.receptions},
        "brigade": {one.brigade for one in problem.commitments} | {one.brigade for one in problem.stays},
        "specialist": {name for brigade in problem.brigades for name in brigade.crew},
        "visit": {one.visit for one in problem.commitments},
        "series": {one.series for one in problem.visits if one.series is not None},
    }
    for brigade in problem.brigades:
        used["place"] |= {brigade.base, brigade.end or brigade.base, *brigade.lodgings}
    used["visit"] |= {name for pair in problem.pairs for name in (pair.first, pair.second)}
    used["place"] |= {one.place for one in problem.stays}
    used["brigade"] |= {name for one in problem.visits for name in one.brigades or ()}
    used["brigade"] |= {name for one in problem.receptions for name in one.brigades or ()}
    known: dict[str, set[str]] = {
        "place": {one.id for one in problem.places}, "brigade": {one.id for one in problem.brigades},
        "specialist": {one.id for one in problem.specialists}, "visit": {one.id for one in problem.visits},
        "series": {one.id for one in problem.series},
    }  # fmt: skip
    for kind, names in used.items():
        yield from (Fault(f"unknown-{kind}", name) for name in sorted(names - known[kind]))


def _table(problem: Problem) -> Iterator[Fault]:
    size, travel = len(problem.travel.places), problem.travel
    for name, rows in (("minutes", travel.minutes), ("km", travel.km)):
        if len(rows) != size or any(len(row) != size for row in rows):
            yield Fault("table", name)


def _pairs(problem: Problem) -> Iterator[Fault]:
    named = Counter(name for pair in problem.pairs for name in (pair.first, pair.second))
    yield from (Fault("pair", name) for name, times in named.items() if times > 1)
    yield from (Fault("lag", pair.first) for pair in problem.pairs if pair.min_lag > pair.max_lag)


def _freezes(problem: Problem) -> Iterator[Fault]:
    from scheduling.planner.freezes import impossible_freezes

    twice = [name for name, times in Counter(one.visit for one in problem.commitments).items() if times > 1]
    yield from (Fault("freeze", name) for name in twice)
    references = any(_references(problem)) or any(_same_ids(problem)) or any(_table(problem)) or not problem.days
    if not twice and not references:
        yield from (Fault("freeze", name) for name in impossible_freezes(problem))


def _stays(problem: Problem) -> Iterator[Fault]:
    working = {
        (brigade.id, day) for brigade in problem.brigades for day in problem.days
        if day not in brigade.absences and (brigade.days is None or day in brigade.days) and brigade.shift_on(day)
    }  # fmt: skip
    for stay in problem.stays:
        if not {(stay.brigade, stay.night), (stay.brigade, stay.night + timedelta(days=1))} <= working:
            yield Fault("stay", f"{stay.brigade} {stay.night}")
