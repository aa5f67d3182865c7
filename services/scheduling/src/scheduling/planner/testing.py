"""Small random problems with every term of the model, for property tests and for trying a solver out."""

import random
from datetime import date, timedelta

from scheduling.planner.model import (
    Brigade,
    Child,
    Family,
    Lunch,
    Pair,
    Place,
    Problem,
    Quota,
    Reception,
    Series,
    Service,
    Shift,
    Specialist,
    Stay,
    Visit,
    Window,
)

SKILLS = ("psychologist", "speech", "motor")
BEGIN = date(2026, 3, 2)


def random_problem(seed: int, visits: int = 12) -> Problem:
    """Four days, three brigades, an invented plain of 60 by 60 km. The same problem for the same seed."""
    dice = random.Random(seed)  # noqa: S311 - test data
    days = tuple(BEGIN + timedelta(days=n) for n in range(4))
    places = tuple(
        Place(id=f"place-{n}", lat=round(dice.uniform(54.5, 55.0), 4), lon=round(dice.uniform(32, 33), 4))
        for n in range(visits // 2 + 3)
    )
    people = tuple(
        Specialist(id=f"person-{n}", skills=tuple(dice.sample(SKILLS, 2)), absences=tuple(dice.sample(days, n % 2)))
        for n in range(6)
    )
    wanted = tuple(_visit(dice, n, places, days) for n in range(visits))
    return Problem(
        id=f"random-{seed}", days=days, places=places, specialists=people, visits=wanted,
        brigades=tuple(_brigade(dice, n, places) for n in range(3)),
        series=(Series(id="series", min_gap_days=2, max_per_week=2),),
        pairs=(Pair(first="visit-0", second="visit-1", min_lag=0, max_lag=dice.choice((0, 20))),),
        children=(Child(id="child-1", day_limit=100),), quotas=(Quota(child="child-2", kind="care", minimum=3),),
        receptions=(_reception(dice, places, days),) if dice.random() < 0.5 else (),
        stays=(Stay(brigade="brigade-2", night=days[0], place=places[1].id),) if dice.random() < 0.3 else (),
    )  # fmt: skip


def _brigade(dice: random.Random, n: int, places: tuple[Place, ...]) -> Brigade:
    most = dice.choice((None, 360, 480))
    return Brigade(
        id=f"brigade-{n}", base=places[0].id, crew=(f"person-{2 * n}", f"person-{2 * n + 1}"),
        seats=dice.choice((1, 2, None)), lunch=Lunch() if dice.random() < 0.6 else None,
        shifts=(Shift(earliest=480, latest=dice.choice((960, 1080, 1200)), max_minutes=most),),
        lodgings=(places[1].id,),
    )  # fmt: skip


def _visit(dice: random.Random, n: int, places: tuple[Place, ...], days: tuple[date, ...]) -> Visit:
    low = dice.randrange(480, 900, 30)
    windows = (Window(opens=low, closes=low + 180), Window(opens=960, closes=1140, weekdays=(0, 2)))
    return Visit(
        id=f"visit-{n}", place=places[dice.randrange(2, len(places))].id, duration=dice.choice((20, 40, 60)),
        child=f"child-{n // 3}", skills=tuple(dice.sample(SKILLS, dice.choice((0, 1, 1)))),
        windows=windows if dice.random() < 0.5 else (), priority=dice.choice((1, 1, 2, 3)), kind="care",
        days=tuple(sorted(dice.sample(days, 2))) if dice.random() < 0.3 else None,
        series="series" if n in (3, 4, 5) else None, services=dice.choice((1, 2)),
    )  # fmt: skip


def _reception(dice: random.Random, places: tuple[Place, ...], days: tuple[date, ...]) -> Reception:
    families = tuple(
        Family(
            child=f"guest-{n}", ordered=dice.random() < 0.5,
            services=tuple(_service(dice, f"service-{n}-{m}") for m in range(3)),
        )
        for n in range(4)
    )  # fmt: skip
    return Reception(
        id="reception", place=places[1].id, days=tuple(sorted(dice.sample(days, 2))), opens=540, closes=900, rooms=2,
        families=families,
    )  # fmt: skip


def _service(dice: random.Random, name: str) -> Service:
    return Service(id=name, skill=dice.choice(SKILLS), duration=dice.choice((20, 40)))
