"""The corrected age of a child born before its time."""

from datetime import date, timedelta

import pytest
from cases.age import CorrectedAgeRule, age, months_between
from hypothesis import given
from hypothesis import strategies as st

RULE = CorrectedAgeRule()
BIRTHS = st.dates(date(2020, 1, 1), date(2026, 1, 1))


@pytest.mark.parametrize(
    ("gestation", "corrected"),
    [(40, None), (37, None), (36, 8), (32, 7), (28, 6), (None, None)],
)
def test_nine_months_after_birth_the_due_date_counts_for_a_premature_child(
    gestation: int | None, corrected: int | None
) -> None:
    lived = age(date(2025, 6, 2), gestation, date(2026, 3, 2), RULE)
    assert (lived.months, lived.corrected) == (9, corrected)


def test_the_correction_ends_with_the_packs_month() -> None:
    born = date(2024, 3, 2)
    assert age(born, 30, date(2026, 3, 1), RULE).corrected is not None
    assert age(born, 30, date(2026, 3, 2), RULE).corrected is None


def test_before_its_due_date_a_child_is_nought_months_old() -> None:
    assert age(date(2026, 1, 1), 28, date(2026, 2, 1), RULE).corrected == 0


@given(birth=BIRTHS, gestation=st.integers(22, 36), days=st.integers(0, 700))
def test_the_corrected_age_is_never_more_than_the_age(birth: date, gestation: int, days: int) -> None:
    lived = age(birth, gestation, birth + timedelta(days=days), RULE)
    assert lived.corrected is None or 0 <= lived.corrected <= lived.months


@given(start=BIRTHS, days=st.integers(0, 1500))
def test_whole_months_have_passed_and_not_one_more(start: date, days: int) -> None:
    end = start + timedelta(days=days)
    months = months_between(start, end)
    assert months * 28 <= days <= (months + 1) * 31
