"""Days at points beside home visits, quotas of the month, nights away (rows D4-07, D4-15, D4-17)."""

from datetime import date

from scheduling.planner import Brigade, Family, Problem, Quota, Reception, Service, Specialist, Stay, check, solve
from scheduling.planner.score import shortfalls

DAY = date(2026, 3, 4)
SKILLS = ("psychologist", "speech", "motor")


def with_reception(problem: Problem, **change: object) -> Problem:
    """Six families with eighteen services, a team of three, three rooms (the size of row D4-17)."""
    families = tuple(
        Family(child=f"f{n}", services=tuple(Service(id=f"{n}-{s}", skill=s, duration=30) for s in SKILLS))
        for n in range(6)
    )
    day = {
        "id": "day",
        "place": "vyazma",
        "days": (DAY,),
        "opens": 600,
        "closes": 960,
        "rooms": 3,
        "families": families,
    }
    team = tuple(Specialist(id=f"t-{skill}", skills=(skill,)) for skill in SKILLS)
    brigade = Brigade(id="team", base="base", crew=tuple(one.id for one in team))
    return problem.model_copy(
        update={
            "receptions": (Reception.model_validate(day | change),),
            "brigades": (*problem.brigades, brigade),
            "specialists": (*problem.specialists, *team),
        }
    )


def test_D4_17_invited_families_see_several_specialists_in_parallel(problem: Problem) -> None:
    busy = with_reception(problem)
    plan = solve(busy)
    assert check(busy, plan) == []
    held = plan.receptions[0]
    assert (held.brigade, held.day, len(held.sessions)) == ("team", DAY, 18)
    assert len({session.start for session in held.sessions}) < 18


def test_D4_17_one_room_or_short_hours_leave_services_out_by_name(problem: Problem) -> None:
    tight = with_reception(problem, rooms=1, closes=780)
    plan = solve(tight)
    assert check(tight, plan) == []
    assert len(plan.receptions[0].sessions) == 3  # three hours of driving leave 117 minutes of one room
    assert sum(left.reason == "room" for left in plan.unplaced) == 15


def test_a_reception_nobody_can_hold_is_named(problem: Problem) -> None:
    impossible = with_reception(problem, days=(date(2026, 4, 1),))
    plan = solve(impossible)
    assert ("day", "days") in {(left.id, left.reason) for left in plan.unplaced}
    assert check(impossible, plan) == []


def test_D4_07_a_shortfall_of_the_quota_is_counted_and_shown(problem: Problem) -> None:
    visits = tuple(one.model_copy(update={"kind": "social-medical", "services": 3}) for one in problem.visits)
    quotas = tuple(Quota(child=child, kind="social-medical", minimum=5) for child in ("c1", "c2"))
    wanting = problem.model_copy(update={"visits": visits, "quotas": quotas})
    assert shortfalls(wanting, solve(wanting)) == {("c2", "social-medical"): 2}


def test_a_night_away_ends_and_begins_at_the_lodging(problem: Problem) -> None:
    stay = Stay(brigade="b2", night=DAY, place="gagarin")
    away = problem.model_copy(update={"stays": (stay,)})
    plan = solve(away)
    assert check(away, plan) == []
    ends = {(route.day.day, route.start_place, route.end_place) for route in plan.routes if route.brigade == "b2"}
    assert {(4, "base", "gagarin"), (5, "gagarin", "base")} <= ends
