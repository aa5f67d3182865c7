"""Visits and sessions of a plan in moments, as they are shown and published. Pure."""

from __future__ import annotations

from uuid import UUID

from pydantic import AwareDatetime, BaseModel

from scheduling.plans.month import Draft


class PlacedSession(BaseModel):
    """A remote session of a plan."""

    visit_id: UUID
    specialist_id: UUID
    starts_at: AwareDatetime
    ends_at: AwareDatetime


class PlacedVisit(BaseModel):
    """A home visit of a plan, in moments instead of minutes."""

    draft: Draft
    brigade_id: UUID
    crew: list[UUID]
    starts_at: AwareDatetime
    ends_at: AwareDatetime
