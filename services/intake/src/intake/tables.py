"""The declarative base of intake's tables."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from chassis.data.database import COLUMN_TYPES, service_metadata
from sqlalchemy import ColumnElement, Index, false, literal_column, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """Every mapped class of intake."""

    metadata = service_metadata()
    type_annotation_map = COLUMN_TYPES


def fixed(states: Iterable[StrEnum]) -> list[ColumnElement[Any]]:
    """States as words of the statement: only so may every prepared plan use the index of exactly these rows."""
    return [literal_column(f"'{state.value}'") for state in states]


class CalendarPrint(Base):
    """The calendar and terms a kind of deadline of a region was last computed with."""

    __tablename__ = "calendar_prints"

    region: Mapped[str] = mapped_column(primary_key=True)
    """``<region>/<kind>``."""
    fingerprint: Mapped[str]
    computed_at: Mapped[datetime]


class NumberCounter(Base):
    """The last number laid out."""

    __tablename__ = "number_counters"

    region: Mapped[str] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[int]


class LaidOutNumber(Base):
    """A number, and whether it is given."""

    __tablename__ = "laid_out_numbers"
    __table_args__ = (
        Index("ix_laid_out_numbers_free", "region", "year", "number", postgresql_where=text("NOT given")),
    )

    region: Mapped[str] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    given: Mapped[bool] = mapped_column(server_default=false())


class JournalCounter(Base):
    """The last number given; its row is locked until the commit, so a rolled-back number is given again."""

    __tablename__ = "journal_counters"

    organisation_id: Mapped[UUID] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[int]
