"""The people of a file as the file knows them.

Two files of one child (two operators) each keep their own rows: what one was told the other was not.
"""

from __future__ import annotations

from datetime import date
from uuid import UUID

from contracts.sealed import Sealed
from pydantic import BaseModel, ConfigDict
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from cases.tables import Base, ModelColumn


class Health(BaseModel):
    """What is sealed until a written consent, or another legal ground, stands.

    ``gestation_weeks`` (completed weeks of pregnancy at birth) belong here by the letter of the law (152-FZ art. 10).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    diagnosis: str | None = None
    gestation_weeks: int | None = None


HEALTH_PLACE = "cases.child"
"""Where `Health` is sealed: ``cases.child/health/<case id>``."""


class Child(Base):
    """The child of a file."""

    __tablename__ = "children"

    case_id: Mapped[UUID] = mapped_column(ForeignKey("case_files.id"), primary_key=True)
    child_id: Mapped[UUID] = mapped_column(index=True)
    name: Mapped[str]
    birth_date: Mapped[date]
    health: Mapped[Sealed[Health] | None] = mapped_column(ModelColumn(Sealed[Health]))


class Representative(Base):
    """A legal representative who acts for the child."""

    __tablename__ = "representatives"

    case_id: Mapped[UUID] = mapped_column(ForeignKey("case_files.id"), primary_key=True)
    representative_id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    phone: Mapped[str]
    email: Mapped[str | None]


class Family(Base):
    """Where the family lives and what it asked for; degrees of latitude and longitude."""

    __tablename__ = "families"

    case_id: Mapped[UUID] = mapped_column(ForeignKey("case_files.id"), primary_key=True)
    address: Mapped[str | None]
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    need: Mapped[str | None]
