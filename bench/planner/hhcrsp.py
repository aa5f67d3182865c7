"""Home health care routing (Mankowska, Meisel, Bierwirth 2014) in the JSON of Ceschia et al. 2024: read and check.

The oracle here knows the rules only; the search is `scheduling.planner.lns.team`.
"""

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Routes = dict[str, list[tuple[str, str, float]]]  # caregiver -> (patient, service, start)
SLACK = 0.006


@dataclass(frozen=True)
class Care:
    """One instance as published."""

    name: str
    data: dict[str, Any]

    @property
    def rows(self) -> dict[str, int]:
        """Row of each patient in `distances`; row 0 is the depot."""
        return {patient["id"]: row for row, patient in enumerate(self.data["patients"], start=1)}


def read(path: Path) -> Care:
    return Care(path.stem, json.loads(path.read_text()))


def best_known(path: Path) -> float | None:
    """Published value from `best_known.csv` beside the instance."""
    table = path.parent / "best_known.csv"
    if not table.exists():
        return None
    with table.open() as lines:
        values = {row["instance"]: float(row["best_known_cost"]) for row in csv.DictReader(lines)}
    return values.get(path.stem)


def published(path: Path) -> Routes:
    """A solution file in the same JSON."""
    routes = json.loads(path.read_text())["routes"]
    return {
        route["caregiver_id"]: [
            (stop["patient"], stop["service"], stop["arrival_time"]) for stop in route.get("locations", [])
        ]
        for route in routes
    }


def cost(care: Care, routes: Routes) -> float:
    """(distance + lateness + largest lateness) / 3; raises ValueError naming the broken rule and whom it concerns."""
    patients = {patient["id"]: patient for patient in care.data["patients"]}
    starts = _starts(care, routes)
    wanted = {(name, need["service"]) for name, patient in patients.items() for need in patient["required_caregivers"]}
    if set(starts) != wanted:
        raise ValueError(f"services missing or unasked: {sorted(set(starts) ^ wanted)}")
    for patient in patients.values():
        _check_pair(patient, starts)
    distance = sum(_drive(care, patients, carer, stops) for carer, stops in routes.items())
    late: list[float] = [max(0.0, start - patients[name]["time_window"][1]) for (name, _), start in starts.items()]
    return (distance + sum(late) + max(late, default=0.0)) / 3


def _starts(care: Care, routes: Routes) -> dict[tuple[str, str], float]:
    starts: dict[tuple[str, str], float] = {}
    skills = {carer["id"]: carer["abilities"] for carer in care.data["caregivers"]}
    for carer, stops in routes.items():
        for name, service, start in stops:
            if service not in skills[carer]:
                raise ValueError(f"skill: {carer} cannot do {service} for {name}")
            if (name, service) in starts:
                raise ValueError(f"twice: {service} for {name}")
            starts[name, service] = start
        names = [name for name, _, _ in stops]
        if len(set(names)) < len(names):
            raise ValueError(f"{carer} gives both services of one patient")
    return starts


def _check_pair(patient: dict[str, Any], starts: dict[tuple[str, str], float]) -> None:
    needs = patient["required_caregivers"]
    if len(needs) < 2:
        return
    lag = starts[patient["id"], needs[1]["service"]] - starts[patient["id"], needs[0]["service"]]
    sync = patient["synchronization"]
    least, most = (0, 0) if sync["type"] == "simultaneous" else sync["distance"]
    if not least - SLACK <= lag <= most + SLACK:
        raise ValueError(f"pair: {patient['id']} lag {lag} not in {least}..{most}")


def _drive(care: Care, patients: dict[str, Any], carer: str, stops: list[tuple[str, str, float]]) -> float:
    way, rows = care.data["distances"], care.rows
    here, free, distance = 0, 0.0, 0.0
    for name, service, start in stops:
        arrival = free + way[here][rows[name]]
        if start < max(arrival, patients[name]["time_window"][0]) - SLACK:
            raise ValueError(f"too early: {carer} at {name}")
        distance += way[here][rows[name]]
        duration = next(
            need["duration"] for need in patients[name]["required_caregivers"] if need["service"] == service
        )
        here, free = rows[name], start + duration
    return float(distance + way[here][0])
