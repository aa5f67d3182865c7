"""The declarative base of the service, and a column that holds one pydantic value."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from chassis.data.database import COLUMN_TYPES, service_metadata
from pydantic import BaseModel
from sqlalchemy import Dialect
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

M = TypeVar("M", bound=BaseModel)


class Base(DeclarativeBase):
    """Every mapped class of notifications."""

    metadata = service_metadata()
    type_annotation_map = COLUMN_TYPES


class ModelColumn(TypeDecorator[M], Generic[M]):
    """A JSONB column that holds one immutable pydantic value; change it by assigning a new one."""

    impl = JSONB
    cache_ok = True

    def __init__(self, model: type[M]) -> None:
        super().__init__()
        self.model = model

    def process_bind_param(self, value: M | None, dialect: Dialect) -> Any:  # noqa: ARG002
        return None if value is None else value.model_dump(mode="json")

    def process_result_value(self, value: Any, dialect: Dialect) -> M | None:  # noqa: ARG002
        return None if value is None else self.model.model_validate(value)
