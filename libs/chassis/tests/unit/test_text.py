"""What the schema of a stripped text allows is what its model takes."""

from __future__ import annotations

import re
from typing import Annotated

import pytest
from chassis.text import LETTER, Stripped, say_stripped
from pydantic import BaseModel, StringConstraints, TypeAdapter, ValidationError

WRITTEN = ["", " ", "ab", " ab ", "a b", "a  ", "  a", "abc", "\n\n\n", " abc\n", "a\nb"]
WRITTEN += [f"a{blank}" for blank in "\x1c\x1f\x85\xa0\u1680\u2007\u200b\u2028\u3000\ufeff"]


def allows(schema: dict[str, object], text: str) -> bool:
    return len(text) >= int(str(schema["minLength"])) and re.search(str(schema["pattern"]), text) is not None


@pytest.mark.parametrize("least", [1, 2, 3])
def test_the_schema_counts_letters_without_the_blanks_around_them(least: int) -> None:
    kind = TypeAdapter(Annotated[str, StringConstraints(strip_whitespace=True, min_length=least), Stripped()])
    for text in WRITTEN:
        try:
            kind.validate_python(text)
        except ValidationError:
            assert not allows(kind.json_schema(), text), text
        else:
            assert allows(kind.json_schema(), text), text


def test_a_pattern_of_its_own_and_other_strings_stay() -> None:
    class Form(BaseModel):
        code: Annotated[str, StringConstraints(pattern="^[a-z]+$", min_length=2)]
        note: str | None = None
        words: Annotated[str | None, StringConstraints(min_length=1)] = None

    schema = Form.model_json_schema()
    say_stripped(schema)
    assert schema["properties"]["code"]["pattern"] == "^[a-z]+$"
    assert "pattern" not in str(schema["properties"]["note"])
    assert schema["properties"]["words"]["anyOf"][0]["pattern"] == LETTER
