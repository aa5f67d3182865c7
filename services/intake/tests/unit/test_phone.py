"""A phone in any Russian notation."""

from __future__ import annotations

from contextlib import suppress

import pytest
from chassis.errors import DomainError
from hypothesis import given
from hypothesis import strategies as st
from intake.particulars.phone import normalised


@pytest.mark.parametrize(
    "written",
    [
        "+7 (905) 000-11-22",
        "8 905 000 11 22",
        "8(905)000-11-22",
        "89050001122",
        "+79050001122",
        "7 905 000-11-22",
        "905 000 11 22",
        "8-905-000-11-22",
        "8.905.000.11.22",
        "тел. 8 905 000 11 22",
        "+7\u00a0905\u2011000\u201111\u201122",
    ],
)
def test_D2_16_a_phone_in_any_russian_notation_becomes_e164(written: str) -> None:
    assert normalised(written) == "+79050001122"


@pytest.mark.parametrize(("written", "number"), [("+375 29 123-45-67", "+375291234567"), ("8 (4812) 38-00-00", None)])
def test_a_foreign_or_landline_number_is_kept_with_its_code(written: str, number: str | None) -> None:
    assert normalised(written) == (number or "+74812380000")


@pytest.mark.parametrize("written", ["12345", "нет телефона", "+7 000 000 00 00", "8905000112", "112", "+999123456789"])
def test_what_nobody_can_call_is_refused_with_its_field(written: str) -> None:
    with pytest.raises(DomainError) as refused:
        normalised(written)
    assert refused.value.slug == "phone_invalid"
    assert refused.value.errors[0].field == "phone"


@given(st.text(max_size=40))
def test_any_text_is_either_a_number_or_a_refusal(written: str) -> None:
    with suppress(DomainError):
        assert normalised(written).startswith("+")
