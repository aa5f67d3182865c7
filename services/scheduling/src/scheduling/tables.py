"""The declarative base of the service, and columns that hold pydantic values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Generic, TypeVar

from chassis.data.database import COLUMN_TYPES, service_metadata
from pydantic import BaseModel
from sqlalchemy import Dialect
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

M = TypeVar("M", bound=BaseModel)


class Base(DeclarativeBase):
    metadata = service_metadata()
    type_annotation_map = COLUMN_TYPES


class Values(TypeDecorator[tuple[M, ...]], Generic[M]):
    """A JSONB column that holds a tuple of immutable pydantic values; change it by assigning a new one."""

    impl = JSONB
    cache_ok = True

    def __init__(self, model: type[M]) -> None:
        super().__init__()
        self.model = model

    def process_bind_param(self, value: Sequence[M] | None, dialect: Dialect) -> Any:  # noqa: ARG002
        return [item.model_dump(mode="json") for item in value or ()]

    def process_result_value(self, value: Any, dialect: Dialect) -> tuple[M, ...]:  # noqa: ARG002
        return tuple(self.model.model_validate(item) for item in value or ())
