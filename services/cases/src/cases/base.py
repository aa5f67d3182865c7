"""The declarative base of the service, columns that hold pydantic values, and the base of commands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Generic, TypeVar

from chassis.data.database import COLUMN_TYPES, service_metadata
from chassis.text import say_stripped
from pydantic import BaseModel, ConfigDict, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema
from sqlalchemy import Dialect
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

M = TypeVar("M", bound=BaseModel)


class Base(DeclarativeBase):
    metadata = service_metadata()
    type_annotation_map = COLUMN_TYPES


class Command(BaseModel):
    """What a person sends to change something: unknown fields are mistakes, blanks around text are not."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        part = handler(schema)
        say_stripped(handler.resolve_ref_schema(part))
        return part


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
