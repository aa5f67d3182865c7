"""Text as people write it: blanks around it do not count, and the published schema says so too.

A model that strips counts the letters afterwards, JSON Schema counts them before: by its ``minLength`` alone «;  »
would be a name of three letters, and the service would refuse what its own description allows.
"""

from __future__ import annotations

from typing import Any

from pydantic import GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

LETTER = r"[^\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]"
"""Whatever is no blank to pydantic (White_Space of Unicode); what ``\\S`` means differs from engine to engine."""


class Stripped:
    """Marks a string that is stripped and has a least length: ``Annotated[…, Stripped()]``, after its length."""

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        part = handler(schema)
        say_stripped(part)
        return part


def say_stripped(part: Any) -> None:
    """Every string with a least length inside ``part`` has that many letters between its first and last."""
    if isinstance(part, dict) and part.get("type") == "string" and "pattern" not in part and part.get("minLength"):
        part["pattern"] = _between(part["minLength"])
    for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        say_stripped(inner)


def _between(least: int) -> str:
    return LETTER if least == 1 else rf"{LETTER}[\s\S]{{{least - 2},}}{LETTER}"
