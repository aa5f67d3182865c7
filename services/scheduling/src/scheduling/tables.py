"""The declarative base of the service, and columns that hold pydantic values."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from chassis.data.database import COLUMN_TYPES, service_metadata
from pydantic import TypeAdapter
from sqlalchemy import Dialect
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

V = TypeVar("V")


class Base(DeclarativeBase):
    metadata = service_metadata()
    type_annotation_map = COLUMN_TYPES


class Typed(TypeDecorator[V], Generic[V]):
    """A JSONB column of one type: a model, a tuple of models, a union. Its values are immutable: assign a new one.

    Rows written before a field was added are read with the field's default.
    """

    impl = JSONB(none_as_null=True)
    cache_ok = True

    def __init__(self, annotation: Any) -> None:
        super().__init__()
        self.annotation = annotation
        self._adapter: TypeAdapter[V] = TypeAdapter(annotation)

    def process_bind_param(self, value: V | None, dialect: Dialect) -> Any:  # noqa: ARG002
        return None if value is None else self._adapter.dump_python(value, mode="json")

    def process_result_value(self, value: Any, dialect: Dialect) -> V | None:  # noqa: ARG002
        return None if value is None else self._adapter.validate_python(value)
