"""Ages of small children, in whole months, and the corrected age of a child born before its time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from pydantic import BaseModel, ConfigDict, Field


class CorrectedAgeRule(BaseModel):
    """Until when and for whom a region counts the corrected age; weeks of gestation, months of life."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    premature_before_weeks: int = Field(37, ge=30, le=40)
    full_term_weeks: int = Field(40, ge=37, le=42)
    until_months: int = Field(24, ge=0, le=36)


@dataclass(frozen=True, slots=True)
class Age:
    """Whole months lived on a day; ``corrected`` stands only where the rule applies."""

    months: int
    corrected: int | None


def age(birth_date: date, gestation_weeks: int | None, on: date, rule: CorrectedAgeRule) -> Age:
    """The age on a day. A premature child's development is judged by the age counted from its due date."""
    months = months_between(birth_date, on)
    if gestation_weeks is None or gestation_weeks >= rule.premature_before_weeks or months >= rule.until_months:
        return Age(months, None)
    due_date = birth_date + timedelta(weeks=rule.full_term_weeks - gestation_weeks)
    return Age(months, months_between(due_date, on))


def months_between(start: date, end: date) -> int:
    """Whole months from ``start`` to ``end``; nought where ``end`` comes first (a child before its due date)."""
    months = (end.year - start.year) * 12 + end.month - start.month
    return max(0, months - (1 if end.day < start.day else 0))
