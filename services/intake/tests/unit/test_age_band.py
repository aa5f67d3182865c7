"""Age bands: the exact boundary is a term of the pack (D2-03)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from contracts.identifiers import AgeBand
from hypothesis import given
from hypothesis import strategies as st
from intake.particulars.ages import BandLimit, age_band, birthday
from intake.testing import intake_pack

LIMITS = intake_pack().age_bands


@pytest.mark.parametrize(
    ("on", "band"),
    [
        (date(2023, 5, 10), AgeBand.EARLY),
        (date(2026, 5, 10), AgeBand.EARLY),
        (date(2027, 5, 9), AgeBand.EARLY),
        (date(2027, 5, 10), AgeBand.CHILDHOOD),
        (date(2041, 5, 9), AgeBand.CHILDHOOD),
        (date(2041, 5, 10), AgeBand.ADULT),
    ],
)
def test_D2_03_a_child_belongs_to_early_help_through_its_third_year(on: date, band: AgeBand) -> None:
    assert age_band(date(2023, 5, 10), on, LIMITS) is band


def test_D2_03_a_pack_may_end_the_band_on_the_third_birthday_itself() -> None:
    limits = (BandLimit(band=AgeBand.EARLY, years=3), BandLimit(band=AgeBand.CHILDHOOD))
    assert age_band(date(2023, 5, 10), date(2026, 5, 10), limits) is AgeBand.EARLY
    assert age_band(date(2023, 5, 10), date(2026, 5, 11), limits) is AgeBand.CHILDHOOD


def test_the_birthday_of_a_leap_day_child_is_the_first_of_march_in_a_common_year() -> None:
    assert birthday(date(2024, 2, 29), 3) == date(2027, 3, 1)
    assert birthday(date(2024, 2, 29), 4) == date(2028, 2, 29)


@given(st.dates(date(2000, 1, 1), date(2026, 1, 1)), st.integers(0, 12_000))
def test_a_child_only_ever_grows_into_the_next_band(birth: date, days: int) -> None:
    order = [limit.band for limit in LIMITS]
    today = birth + timedelta(days=days)
    now, tomorrow = age_band(birth, today, LIMITS), age_band(birth, today + timedelta(days=1), LIMITS)
    assert order.index(tomorrow) - order.index(now) in (0, 1)
