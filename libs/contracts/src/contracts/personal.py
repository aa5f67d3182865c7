"""Personal data that may travel, only ever inside `Sealed`. Each model says who may open it and why."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class Personal(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Contact(Personal):
    """How to reach the representative; opened by notifications to send, by scheduling for a day sheet."""

    name: str
    phone: str
    email: str | None = None
    language: str = "ru"


class Address(Personal):
    """Where the family lives; opened by scheduling to route a brigade."""

    text: str
    latitude: float | None = None
    longitude: float | None = None


class RepresentativeData(Personal):
    id: UUID
    name: str
    phone: str
    email: str | None = None


class ChildData(Personal):
    id: UUID
    name: str
    birth_date: date
    gestation_weeks: int | None = None


class FileOpening(Personal):
    """What the personal file starts with; opened by cases when it opens the file."""

    child: ChildData
    representative: RepresentativeData
    address: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    diagnosis: str | None = None
    need: str | None = None


class EnquiryAnswer(Personal):
    """What a person who asked is told; opened by notifications at sending."""

    text: str
