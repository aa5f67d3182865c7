"""The declarative base of intake's tables."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from chassis.data.database import COLUMN_TYPES, service_metadata
from sqlalchemy import ColumnElement, literal_column
from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    """Every mapped class of intake."""

    metadata = service_metadata()
    type_annotation_map = COLUMN_TYPES


def fixed(states: Iterable[StrEnum]) -> list[ColumnElement[Any]]:
    """States as words of the statement: only so may every prepared plan use the index of exactly these rows."""
    return [literal_column(f"'{state.value}'") for state in states]
