"""What every request about a child must satisfy; each refusal says which field and what to do."""

from __future__ import annotations

from datetime import date, timedelta

from chassis.errors import invalid
from chassis.regions import Region

CLOCK_SKEW = timedelta(minutes=5)


OLDEST_YEARS = 120


def known_territory(written: str | None, region: Region) -> str:
    """The territory as ``<region>/<code>``; the region's own code where the family did not name one."""
    if written is None or written == region.code:
        return region.code
    pack, _, code = written.rpartition("/")
    if pack in ("", region.code) and region.territory(code) is not None:
        return f"{region.code}/{code}"
    raise invalid(
        "territory_unknown",
        "territory",
        "Такой территории в регионе нет. Выберите её из списка или оставьте поле пустым.",
        "The region has no such territory. Choose one of the list or leave it empty.",
        known=[f"{region.code}/{territory.code}" for territory in region.territories],
    )


def check_birth_date(birth: date, today: date) -> None:
    """``today`` in the territory's own time zone (T12)."""
    if birth > today:
        raise invalid(
            "birth_date_in_future",
            "birth_date",
            "Дата рождения не может быть в будущем.",
            "The birth date cannot be in the future.",
        )
    if birth.year < today.year - OLDEST_YEARS:
        raise invalid("birth_date_too_early", "birth_date", "Проверьте год рождения.", "Check the year of birth.")
