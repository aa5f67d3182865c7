"""Mail addresses as forms take them."""

from __future__ import annotations

import re

import pytest
from intake.particulars.requests import Email
from pydantic import TypeAdapter, ValidationError


@pytest.mark.parametrize("blank", ["\x05", "\x1f", "\x7f", "\x85", "\xa0", "\u200b", "\u2028", "\ufeff"])
def test_no_blank_or_control_character_stands_in_an_address(blank: str) -> None:
    address = TypeAdapter(Email)
    assert address.validate_python(" anna@пример.рф ") == "anna@пример.рф"
    for written in (f"an{blank}na@example.org", f"anna@ex{blank}ample.org", f"anna@example.o{blank}rg"):
        with pytest.raises(ValidationError):
            address.validate_python(written)
        assert re.search(address.json_schema()["pattern"], written) is None
