"""The declarative base of the service and columns that hold pydantic values."""

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
    """Every mapped class of cases."""

    metadata = service_metadata()
    type_annotation_map = COLUMN_TYPES


class ModelColumn(TypeDecorator[M], Generic[M]):
    """A JSONB column that holds one immutable pydantic value; change it by assigning a new one."""

    impl = JSONB(none_as_null=True)
    cache_ok = True

    def __init__(self, model: type[M]) -> None:
        super().__init__()
        self.model = model

    def process_bind_param(self, value: M | None, _dialect: Dialect) -> Any:
        return None if value is None else value.model_dump(mode="json")

    def process_result_value(self, value: Any, _dialect: Dialect) -> M | None:
        return None if value is None else self.model.model_validate(value)


class ModelsColumn(TypeDecorator[tuple[M, ...]], Generic[M]):
    """A JSONB column that holds a tuple of immutable pydantic values."""

    impl = JSONB(none_as_null=True)
    cache_ok = True

    def __init__(self, model: type[M]) -> None:
        super().__init__()
        self.model = model

    def process_bind_param(self, value: Sequence[M] | None, _dialect: Dialect) -> Any:
        return None if value is None else [item.model_dump(mode="json") for item in value]

    def process_result_value(self, value: Any, _dialect: Dialect) -> tuple[M, ...] | None:
        return None if value is None else tuple(self.model.model_validate(item) for item in value)
