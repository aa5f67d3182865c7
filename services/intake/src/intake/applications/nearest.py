"""The nearest suitable service: age band, territory, distance and load, with the reasons. Pure.

Clients are not limited to the contingent of one institution (D2-30). The ranking advises, the coordinator decides.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from contracts.identifiers import AgeBand

from intake.particulars.places import Point, distance_km


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the family needs. ``territory`` is the region's own code where the territory is not known."""

    age_band: AgeBand
    region: str
    territory: str
    place: Point | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A service of the region. ``territories`` holds the region's own code where it serves the whole region.

    ``load``: applications handed over or accepted and not closed.
    """

    organisation_id: UUID
    title: str
    serving: bool
    age_bands: frozenset[AgeBand]
    territories: frozenset[str]
    place: Point | None
    load: int


@dataclass(frozen=True, slots=True)
class Reason:
    code: str
    ru: str
    en: str


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate with its reasons. ``score`` is in kilometres, smaller is nearer; None where it does not suit."""

    candidate: Candidate
    suitable: bool
    score: float | None
    distance_km: float | None
    reasons: tuple[Reason, ...]


def rank(wanted: Wanted, candidates: Iterable[Candidate], km_per_open_case: float) -> list[Ranked]:
    """Every candidate: the suitable ones first, the nearest of them first; then the others with what speaks against.

    Where the distance of a suitable service is not known, it comes after those whose distance is.
    """
    ranked = [_judge(wanted, candidate, km_per_open_case) for candidate in candidates]
    return sorted(ranked, key=_place_in_list)


def _place_in_list(ranked: Ranked) -> tuple[bool, bool, float, int, str]:
    candidate = ranked.candidate
    unknown = ranked.distance_km is None
    return not ranked.suitable, unknown, ranked.score or 0.0, candidate.load, str(candidate.organisation_id)


def _judge(wanted: Wanted, candidate: Candidate, km_per_open_case: float) -> Ranked:
    obstacles = _obstacles(wanted, candidate)
    distance = distance_km(wanted.place, candidate.place) if wanted.place and candidate.place else None
    if obstacles:
        return Ranked(candidate, False, None, distance, obstacles)
    score = (distance or 0.0) + candidate.load * km_per_open_case
    return Ranked(candidate, True, round(score, 2), distance, _merits(wanted, candidate, distance))


def _obstacles(wanted: Wanted, candidate: Candidate) -> tuple[Reason, ...]:
    found = []
    if not candidate.serving:
        found.append(Reason("not_serving", "Не ведёт приём семей", "Does not serve families"))
    if wanted.age_band not in candidate.age_bands:
        bands = ", ".join(sorted(candidate.age_bands)) or "—"
        found.append(
            Reason("age_band", f"Принимает возраст {bands}, нужен {wanted.age_band}", f"Serves ages {bands} only")
        )
    if not _serves_territory(wanted, candidate):
        found.append(Reason("territory", "Не обслуживает территорию семьи", "Does not serve the family's territory"))
    return tuple(found)


def _serves_territory(wanted: Wanted, candidate: Candidate) -> bool:
    # A family whose territory is not known yet may be served by any service of the region.
    known = wanted.territory != wanted.region
    return not known or bool(candidate.territories & {wanted.territory, wanted.region})


def _merits(wanted: Wanted, candidate: Candidate, distance: float | None) -> tuple[Reason, ...]:
    band, load = wanted.age_band, candidate.load
    return (
        Reason("age_band", f"Принимает детей возраста {band}", f"Serves the age band {band}"),
        _territory_merit(wanted),
        _distance_merit(distance),
        Reason("load", f"Семей в работе: {load}", f"Families in work: {load}"),
    )


def _territory_merit(wanted: Wanted) -> Reason:
    if wanted.territory == wanted.region:
        return Reason("territory_unknown", "Территория семьи не указана", "The family's territory is not known")
    return Reason("territory", "Обслуживает территорию семьи", "Serves the family's territory")


def _distance_merit(distance: float | None) -> Reason:
    if distance is None:
        return Reason("distance_unknown", "Расстояние неизвестно", "The distance is not known")
    km = f"{distance:.1f}"
    return Reason("distance", f"По прямой {km.replace('.', ',')} км", f"{km} km as the crow flies")
