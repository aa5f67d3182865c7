"""The base of what a person sends."""

from __future__ import annotations

from chassis.text import say_stripped
from pydantic import BaseModel, ConfigDict, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema


class Command(BaseModel):
    """What a person sends to change something: unknown fields are mistakes, blanks around text are not."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        part = handler(schema)
        say_stripped(handler.resolve_ref_schema(part))
        return part
