"""The oracle objects to every broken rule: each is broken once, in a plan that was valid before."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from scheduling.planner import (
    Brigade,
    Child,
    Commitment,
    Family,
    Held,
    Lunch,
    Pair,
    Place,
    Plan,
    Problem,
    Reception,
    Route,
    Series,
    Service,
    Session,
    Shift,
    Specialist,
    Stay,
    Stop,
    Travel,
    Unplaced,
    Visit,
    Window,
    check,
)
from scheduling.planner.violations import RULES

MONDAY = date(2026, 3, 2)
TUESDAY = MONDAY + timedelta(days=1)
WEDNESDAY = MONDAY + timedelta(days=2)


def case() -> Problem:
    """Ten minutes and ten kilometres between any two places."""
    names = ("base", "a", "b", "c", "lodge", "point")
    table = tuple(tuple(0 if x == y else 10 for x in names) for y in names)
    shift = Shift(earliest=480, latest=1080, max_minutes=500)
    return Problem(
        days=(MONDAY, TUESDAY, WEDNESDAY),
        places=tuple(Place(id=name) for name in names),
        travel={"places": names, "minutes": table, "km": table},
        specialists=(
            Specialist(id="ann", skills=("speech",)),
            Specialist(id="bob", skills=("motor",)),
            Specialist(id="eve", skills=("speech",), absences=(MONDAY,)),
        ),
        brigades=(
            Brigade(id="one", base="base", crew=("ann", "eve"), seats=1, shifts=(shift,), lunch=Lunch(),
                lodgings=("lodge",)),
            Brigade(id="two", base="base", crew=("bob",), shifts=(shift,), absences=(WEDNESDAY,)),
            Brigade(id="three", base="base", crew=("bob",), days=(WEDNESDAY,), shifts=(shift,)),
        ),
        visits=(
            Visit(id="v1", place="a", duration=60, child="x", skills=("speech",),
                windows=(Window(opens=540, closes=700),)),
            Visit(id="v2", place="b", duration=60, child="x", brigades=("one",), weekdays=(0, 1)),
            Visit(id="v3", place="a", duration=60, child="y", series="s", days=(MONDAY,)),
            Visit(id="v4", place="b", duration=60, child="z", series="s"),
            Visit(id="p1", place="c", duration=30, child="w"),
            Visit(id="p2", place="c", duration=30, child="w"),
            Visit(id="out", place="c", duration=30),
        ),
        series=(Series(id="s", min_gap_days=1, max_per_week=2),),
        pairs=(Pair(first="p1", second="p2", min_lag=0, max_lag=10),),
        children=(Child(id="x", day_limit=120),),
        receptions=(
            Reception(
                id="r", place="point", days=(WEDNESDAY,), opens=540, closes=900, rooms=2,
                families=(
                    Family(
                        child="f", ordered=True,
                        services=tuple(Service(id=name, skill="motor", duration=30) for name in ("m1", "m2")),
                    ),
                ),
            ),
        ),
        commitments=(Commitment(visit="v1", brigade="one", day=MONDAY, start=540, frozen=True),),
        stays=(Stay(brigade="one", night=MONDAY, place="lodge"),),
    )  # fmt: skip


def route(
    brigade: str, day: date, ends: tuple[str, str], hours: tuple[int, int], stops: dict[str, int], **more: Any
) -> Route:
    return Route(
        brigade=brigade, day=day, start_place=ends[0], end_place=ends[1], leave=hours[0], back=hours[1],
        stops=tuple(Stop(visit=name, start=start) for name, start in stops.items()), **more,
    )  # fmt: skip


def answer() -> Plan:
    """Valid."""
    sessions = (
        Session(service="m1", specialist="bob", room=1, start=540),
        Session(service="m2", specialist="bob", room=1, start=570),
    )
    return Plan(
        routes=(
            route("one", MONDAY, ("base", "lodge"), (530, 780), {"v1": 540, "v2": 610}, crew=("ann",), lunch=700),
            route("two", MONDAY, ("base", "base"), (530, 610), {"v3": 540}, crew=("bob",)),
            route("one", TUESDAY, ("lodge", "base"), (600, 650), {"p1": 610}, crew=("eve",)),
            route("two", TUESDAY, ("base", "base"), (530, 720), {"v4": 540, "p2": 610}, crew=("bob",)),
        ),
        receptions=(
            Held(reception="r", brigade="three", day=WEDNESDAY, leave=530, back=610, crew=("bob",), sessions=sessions),
        ),
        stays=(Stay(brigade="one", night=MONDAY, place="lodge"),),
        unplaced=(Unplaced(id="out", reason="room"),),
    )


def test_the_plan_before_the_mutations_is_valid() -> None:
    assert check(case(), answer()) == []


def with_route(number: int, **change: Any) -> Callable[[Plan], Plan]:
    def mutate(plan: Plan) -> Plan:
        routes = list(plan.routes)
        routes[number] = routes[number].model_copy(update=change)
        return plan.model_copy(update={"routes": tuple(routes)})

    return mutate


def with_stops(number: int, **stops: int) -> Callable[[Plan], Plan]:
    return with_route(number, stops=tuple(Stop(visit=name, start=start) for name, start in stops.items()))


def with_held(**change: Any) -> Callable[[Plan], Plan]:
    return lambda plan: plan.model_copy(update={"receptions": (plan.receptions[0].model_copy(update=change),)})


def with_session(number: int, **change: Any) -> Callable[[Plan], Plan]:
    def mutate(plan: Plan) -> Plan:
        sessions = list(plan.receptions[0].sessions)
        sessions[number] = sessions[number].model_copy(update=change)
        return with_held(sessions=tuple(sessions))(plan)

    return mutate


def with_plan(**change: Any) -> Callable[[Plan], Plan]:
    return lambda plan: plan.model_copy(update=change)


def more_route(extra: Route) -> Callable[[Plan], Plan]:
    return lambda plan: plan.model_copy(update={"routes": (*plan.routes, extra)})


def with_problem(**change: Any) -> Callable[[Problem], Problem]:
    return lambda problem: problem.model_copy(update=change)


EMPTY = route("three", WEDNESDAY, ("base", "base"), (600, 600), {}, crew=("bob",))
LONG = Lunch(earliest=545, latest=600, minutes=45, after=10)
LUNCHING = tuple(
    brigade.model_copy(update={"lunch": LONG}) if brigade.id == "three" else brigade for brigade in case().brigades
)
MUTATIONS: dict[str, Callable[[Plan], Plan]] = {
    "unknown-brigade": with_route(1, brigade="ghost"),
    "unknown-reception": with_held(reception="ghost"),
    "unknown-visit": with_stops(1, v3=540, ghost=620),
    "visit-twice": with_stops(3, v4=540, p2=610, v3=650),
    "visit-lost": with_plan(unplaced=()),
    "day-twice": more_route(EMPTY),
    "day-off": more_route(route("two", WEDNESDAY, ("base", "base"), (600, 600), {})),
    "crew": with_route(0, crew=("ann", "eve")),
    "skills": with_route(0, crew=()),
    "brigade": lambda plan: with_stops(3, v4=540, v2=610, p2=680)(with_stops(0, v1=540)(plan)),
    "day": lambda plan: with_stops(3, v4=540, v3=610, p2=680)(with_stops(1)(plan)),
    "window": with_stops(0, v1=650, v2=720),
    "travel": with_stops(0, v1=540, v2=605),
    "ends": with_route(0, end_place="base"),
    "shift": with_route(1, leave=470),
    "shift-length": with_route(1, leave=485, back=1050),
    "lunch": with_route(0, lunch=None),
    "pair": with_stops(3, v4=540, p2=625),
    "series-week": with_plan(),
    "series-gap": with_plan(),
    "child-limit": with_plan(),
    "child-overlap": with_plan(),
    "place": with_plan(),
    "frozen": with_stops(0, v1=541, v2=611),
    "frozen-day": with_plan(),
    "stay": with_plan(stays=(Stay(brigade="one", night=TUESDAY, place="lodge"),)),
    "person-twice": with_route(0, crew=("bob",)),
    "reception-day": with_held(day=TUESDAY),
    "reception-lost": with_plan(receptions=()),
    "session-hours": with_session(1, room=3),
    "session-specialist": with_session(1, specialist="ann"),
    "session-overlap": with_session(1, start=560),
    "session-order": lambda plan: with_session(1, start=540)(with_session(0, start=570)(plan)),
    "session-lunch": with_plan(),
}
OTHER_PROBLEM: dict[str, Callable[[Problem], Problem]] = {
    "series-week": with_problem(series=(Series(id="s", max_per_week=1),)),
    "series-gap": with_problem(series=(Series(id="s", min_gap_days=2),)),
    "child-limit": with_problem(children=(Child(id="x", day_limit=119),)),
    "child-overlap": with_problem(pairs=()),
    "place": with_problem(travel=Travel()),
    "frozen-day": with_problem(frozen_until=MONDAY),
    "session-lunch": with_problem(brigades=LUNCHING),
}


@pytest.mark.parametrize("rule", sorted(RULES))
def test_the_oracle_names_the_rule_that_was_broken(rule: str) -> None:
    problem = OTHER_PROBLEM.get(rule, with_problem())(case())
    problem = Problem.model_validate(problem.model_dump())
    found = check(problem, MUTATIONS[rule](answer()))
    assert rule in {violation.rule for violation in found}
    assert all(violation.text and violation.text_en for violation in found)


def test_every_rule_has_its_mutation() -> None:
    assert set(MUTATIONS) == set(RULES)
