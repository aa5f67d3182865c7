"""Month problems over true town coordinates (towns.csv: GeoNames, CC BY 4.0). Families and brigades are invented.

python bench/planner/generate.py --region smolensk --visits 150 --brigades 4 --seed 1 > month.json
"""

import argparse
import calendar
import csv
import math
import random
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from scheduling.planner import Brigade, Lunch, Place, Problem, Series, Shift, Specialist, Visit, Window
from scheduling.planner.travel import great_circle_km

SKILLS = ("psychologist", "speech", "motor", "social", "paediatrician", "lawyer")
REACH_KM = 75.0
KM_PER_DEGREE = 111.2


@dataclass(frozen=True)
class Size:
    """What to generate."""

    region: str
    visits: int
    brigades: int
    seed: int = 1
    year: int = 2026
    month: int = 3

    @property
    def name(self) -> str:
        return f"month-{self.region}-{self.visits}-{self.brigades}-{self.seed}"


# The instances of the bars: nothing overbooked but the last.
MONTHS = (
    Size("smolensk", 150, 4), Size("smolensk", 600, 6), Size("irkutsk", 600, 6), Size("moscow-oblast", 1000, 8),
    Size("moscow-oblast", 1500, 8),
)  # fmt: skip


def months(seeds: list[int]) -> list[Size]:
    """The same sizes with other families, brigades and absences for every seed."""
    return [replace(size, seed=seed) for seed in seeds for size in MONTHS]


def month(size: Size) -> Problem:
    """The same problem for the same size and seed."""
    dice = random.Random(f"{size.name} {size.year} {size.month}")
    towns = _towns(size.region)
    bases = _bases(towns, max(2, size.brigades // 2))
    near = [town for town in towns if min(_km(town, base) for base in bases) <= REACH_KM]
    days = _working_days(size.year, size.month)
    specialists, brigades = _brigades(size, dice, bases, days)
    places, visits, series = _families(size, dice, near, days)
    return Problem(
        id=size.name, days=days, places=(*bases, *places), brigades=tuple(brigades), specialists=tuple(specialists),
        visits=tuple(visits), series=tuple(series),
    )  # fmt: skip


def _towns(region: str) -> list[Place]:
    with (Path(__file__).parent / "towns.csv").open(encoding="utf-8") as lines:
        rows = [row for row in csv.DictReader(lines) if row["region"] == region]
    return [Place(id=row["town"], name=row["town"], lat=float(row["lat"]), lon=float(row["lon"])) for row in rows]


def _bases(towns: list[Place], number: int) -> list[Place]:
    """The largest town, then each time the one farthest from those chosen, among the twenty largest."""
    chosen = towns[:1]
    near = [town for town in towns[:20] if _km(town, towns[0]) <= 2 * REACH_KM]
    while len(chosen) < number:
        chosen.append(max(near, key=lambda town: min(_km(town, other) for other in chosen)))
    return [Place(id=f"base-{n}", name=town.name, lat=town.lat, lon=town.lon) for n, town in enumerate(chosen)]


def _km(a: Place, b: Place) -> float:
    return great_circle_km(a, b)


def _working_days(year: int, month_: int) -> tuple[date, ...]:
    last = calendar.monthrange(year, month_)[1]
    days = [date(year, month_, 1) + timedelta(days=n) for n in range(last)]
    return tuple(day for day in days if day.weekday() < 5)


def _brigades(
    size: Size, dice: random.Random, bases: list[Place], days: tuple[date, ...]
) -> tuple[list[Specialist], list[Brigade]]:
    specialists, brigades = [], []
    for n in range(size.brigades):
        crew = []
        for m in range(3):
            skills = dict.fromkeys([SKILLS[(3 * n + m) % 6], dice.choice(SKILLS)])
            absences = tuple(day for day in days if dice.random() < 0.05)
            crew.append(Specialist(id=f"specialist-{n}-{m}", skills=tuple(skills), absences=absences))
        early = dice.random() < 0.5
        shift = (
            Shift(earliest=480, latest=1140, max_minutes=540)
            if early
            else Shift(earliest=540, latest=1200, max_minutes=540)
        )
        off = tuple(day for day in days if dice.random() < 0.12)
        brigades.append(
            Brigade(
                id=f"brigade-{n}", base=bases[n % len(bases)].id, crew=tuple(one.id for one in crew),
                shifts=(shift,), lunch=Lunch(), absences=off,
            )
        )  # fmt: skip
        specialists += crew
    return specialists, brigades


def _families(
    size: Size, dice: random.Random, towns: list[Place], days: tuple[date, ...]
) -> tuple[list[Place], list[Visit], list[Series]]:
    places: list[Place] = []
    visits: list[Visit] = []
    series: list[Series] = []
    while len(visits) < size.visits:
        child = f"child-{len(places)}"
        places.append(_village(dice, dice.choice(towns), f"home-{len(places)}"))
        skills = tuple(dice.sample(SKILLS, 1 if dice.random() < 0.8 else 2))
        windows = dice.choices(((), (Window(opens=540, closes=780),), (Window(opens=780, closes=1140),)), (5, 3, 2))[0]
        times = min(dice.choice((1, 1, 2, 3)), size.visits - len(visits))
        if times > 1:
            series.append(Series(id=f"series-{child}", min_gap_days=5))
        for n in range(times):
            weeks = sorted({day.isocalendar().week for day in days})
            chosen = (
                tuple(sorted(dice.sample(weeks, dice.choice((1, 2, 3)))))
                if times == 1 and dice.random() < 0.6
                else None
            )
            visits.append(
                Visit(
                    id=f"visit-{len(visits)}", place=places[-1].id, duration=dice.choice((30, 40, 45, 45, 60)),
                    child=child,
                    skills=skills, windows=windows, iso_weeks=chosen, weekdays=_weekdays(dice),
                    priority=dice.choices((1, 2, 3), (70, 20, 10))[0], series=f"series-{child}" if times > 1 else None,
                )
            )  # fmt: skip
            del n
    return places, visits, series


def _weekdays(dice: random.Random) -> tuple[int, ...] | None:
    return tuple(sorted(dice.sample(range(5), 3))) if dice.random() < 0.3 else None


def _village(dice: random.Random, town: Place, name: str) -> Place:
    """3 to 25 km from its town."""
    assert town.lat is not None
    assert town.lon is not None
    angle, km = dice.uniform(0, 2 * math.pi), dice.uniform(3, 25)
    lat = town.lat + km * math.sin(angle) / KM_PER_DEGREE
    lon = town.lon + km * math.cos(angle) / KM_PER_DEGREE / math.cos(math.radians(town.lat))
    return Place(id=name, name=town.name, lat=round(lat, 5), lon=round(lon, 5))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--region", default="smolensk")
    parser.add_argument("--visits", type=int, default=150)
    parser.add_argument("--brigades", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    print(month(Size(args.region, args.visits, args.brigades, args.seed)).model_dump_json(indent=1))


if __name__ == "__main__":
    main()
