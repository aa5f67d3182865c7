"""Invented home-care days of the class of Mankowska et al. (2014): for tuning, which never sees the public files."""

import math
import random
from typing import Any

from bench.planner.hhcrsp import Care

CARERS = {10: 3, 25: 5, 50: 10, 75: 15, 100: 20, 200: 30}


def care(patients: int, seed: int) -> Care:
    """Places on a 100 by 100 grid, two-hour windows in ten hours, 30 % of the patients need two carers."""
    dice = random.Random(f"care {patients} {seed}")
    depot = (dice.randrange(100), dice.randrange(100))
    places = [(dice.randrange(100), dice.randrange(100)) for _ in range(patients)]
    carers = [
        _carer(dice, n, CARERS.get(patients, max(3, patients // 6))) for n in range(CARERS.get(patients, patients // 6))
    ]
    people = [_patient(dice, n, places[n], patients) for n in range(patients)]
    points = [depot, *places]
    way = [[round(math.dist(a, b), 3) for b in points] for a in points]
    data = {"patients": people, "caregivers": carers, "distances": way, "central_offices": [{"id": "d"}]}
    return Care(f"care-{patients}-{seed}", data)


def _carer(dice: random.Random, number: int, of: int) -> dict[str, Any]:
    first = number < of / 2
    pool = ["s1", "s2", "s3"] if first else ["s4", "s5", "s6"]
    able = pool if number in (0, of - 1) else dice.sample(pool, dice.choice((1, 2, 3)))
    return {"id": f"c{number + 1}", "abilities": sorted(able)}


def _patient(dice: random.Random, number: int, place: tuple[int, int], of: int) -> dict[str, Any]:
    ready, length = float(dice.randrange(0, 480)), float(dice.randrange(10, 21))
    needs = [f"s{dice.randrange(1, 7)}"]
    patient: dict[str, Any] = {"id": f"p{number + 1}", "location": place, "time_window": [ready, ready + 120]}
    if number >= 0.7 * of:
        needs = [f"s{dice.randrange(1, 4)}", f"s{dice.randrange(4, 7)}"]
        least = dice.randrange(7, 60)
        together = number < 0.85 * of
        patient["synchronization"] = (
            {"type": "simultaneous"} if together else {"type": "sequential", "distance": [least, 2 * least]}
        )
    patient["required_caregivers"] = [{"service": service, "duration": length} for service in needs]
    return patient
