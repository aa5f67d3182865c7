"""One-time codes that bind an account to a child."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from intake.accounts.model import ALPHABET, digest, new_code, parts


def test_a_code_has_twelve_letters_nobody_mixes_up() -> None:
    code = new_code()
    assert len(code.replace("-", "")) == 12
    assert not set(code) & set("0O1IL")


def test_codes_do_not_repeat() -> None:
    assert len({new_code() for _ in range(500)}) == 500


@pytest.mark.parametrize("spoil", [str.lower, lambda c: c.replace("-", " "), lambda c: f"  {c.replace('-', '')} "])
def test_a_code_is_read_however_it_was_typed(spoil: object) -> None:
    code = new_code()
    assert callable(spoil)
    assert parts(spoil(code)) == parts(code)


@given(st.text(max_size=40))
def test_any_text_is_a_code_or_is_not_one(written: str) -> None:
    found = parts(written)
    assert found is None or set("".join(found)) <= set(ALPHABET)


def test_the_digest_depends_on_the_secret_and_on_the_selector() -> None:
    assert digest("AAAA", "BBBBCCCC") == digest("AAAA", "BBBBCCCC")
    assert len({digest("AAAA", "BBBBCCCC"), digest("AAAB", "BBBBCCCC"), digest("AAAA", "BBBBCCCD")}) == 3
