"""Where visits and sessions of a plan have found their place, in moments, as they are shown and published. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, BaseModel, ConfigDict

from scheduling.planner import Route
from scheduling.plans.month import Draft
from scheduling.spans import moment_at


class PlacedSession(BaseModel):
    """A remote session of a plan."""

    model_config = ConfigDict(frozen=True)

    visit_id: UUID
    specialist_id: UUID
    starts_at: AwareDatetime
    ends_at: AwareDatetime


class PlacedVisit(BaseModel):
    """A home visit of a plan, in moments instead of minutes."""

    model_config = ConfigDict(frozen=True)

    draft: Draft
    brigade_id: UUID
    crew: list[UUID]
    starts_at: AwareDatetime
    ends_at: AwareDatetime


def placed_visits(routes: Iterable[Route], drafts: Mapping[UUID, Draft], zone: ZoneInfo) -> list[PlacedVisit]:
    """The home visits the routes bring."""
    found = []
    for route in routes:
        brigade_id, crew = UUID(route.brigade), [UUID(one) for one in route.crew]
        for stop in route.stops:
            draft, starts_at = drafts[UUID(stop.visit)], moment_at(route.day, stop.start, zone)
            ends_at = starts_at + timedelta(minutes=draft.minutes)
            found.append(
                PlacedVisit(draft=draft, brigade_id=brigade_id, crew=crew, starts_at=starts_at, ends_at=ends_at)
            )
    return found
