"""What a brigade's device reports, and what it is answered. Pure."""

from __future__ import annotations

from datetime import date
from typing import Literal, Self
from uuid import UUID

from contracts.identifiers import Code, VisitOutcome
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator


class Note(BaseModel):
    """Free text of a brigade; stored sealed under the child's key only."""

    text: str


class DoneService(BaseModel):
    """A service given; ``delivery_id`` is the device's own, so that a resend counts nothing twice."""

    model_config = ConfigDict(extra="forbid")

    delivery_id: UUID
    line_id: UUID | None = None
    service_code: Code
    minutes: int = Field(ge=1, le=480)
    specialist_id: UUID | None = None


class Item(BaseModel):
    """One report: of a visit, or of a family invited to a trip. ``base_version`` is what the device had seen."""

    model_config = ConfigDict(extra="forbid")

    client_id: UUID
    visit_id: UUID | None = None
    trip_id: UUID | None = None
    child_id: UUID | None = None
    base_version: int = Field(ge=0)
    reported_at: AwareDatetime
    outcome: VisitOutcome
    services: list[DoneService] = Field(default=[], max_length=50)
    ill_until: date | None = None
    note: str | None = Field(None, max_length=4000)

    @model_validator(mode="after")
    def _one_subject(self) -> Self:
        if (self.visit_id is None) == (self.trip_id is None or self.child_id is None):
            raise ValueError("either visit_id, or trip_id and child_id")
        return self


class Sync(BaseModel):
    """A device's items in the order they were written."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "device_id": "tablet-1",
                    "items": [
                        {
                            "client_id": "0197f9b2-4d08-7a6f-8c13-e5b7d2906a41",
                            "visit_id": "0197f4c8-20e6-7b91-a7d5-91c3f8e2b604",
                            "base_version": 1,
                            "reported_at": "2026-03-12T12:40:00+03:00",
                            "outcome": "performed",
                            "services": [
                                {
                                    "delivery_id": "0197f9b2-4d08-7a70-b0fe-2c6a8d1957e3",
                                    "line_id": "0197f4a1-77d3-7f18-86b2-d40c9e5a13f7",
                                    "service_code": "motor_session",
                                    "minutes": 45,
                                    "specialist_id": "de344d9b-d119-55a1-8da0-e579b6bf0849",
                                }
                            ],
                            "note": "Ёлкина Прасковья Фоминична просит приезжать после обеда",
                        }
                    ],
                }
            ]
        },
    )

    device_id: str = Field(min_length=1, max_length=100)
    items: list[Item] = Field(min_length=1, max_length=500)


class Fault(BaseModel):
    """Why an item was not taken."""

    slug: str
    ru: str
    en: str


class ItemAnswer(BaseModel):
    """What became of one item. ``duplicate`` repeats the first answer (``first``), its version and conflicts."""

    client_id: UUID
    status: Literal["applied", "conflict", "duplicate", "rejected"]
    first: Literal["applied", "conflict"] | None = None
    subject_id: UUID | None = None
    version: int | None = None
    conflict_ids: list[UUID] = []
    error: Fault | None = None


class SyncAnswer(BaseModel):
    """One answer per item, in the order of the request."""

    items: list[ItemAnswer]
