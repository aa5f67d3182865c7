"""What one day is, and why."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Self

from workdays.wording import Lang, day_month, weekday


class DayKind(StrEnum):
    """Kinds of day of the production calendar (five-day week)."""

    WORKING = "working"
    SHORT = "short"  # the eve of a holiday: one hour shorter, Labour Code art. 95
    WEEKEND = "weekend"
    HOLIDAY = "holiday"  # Labour Code art. 112
    TRANSFERRED_OFF = "transferred_off"  # a weekday off instead of a Saturday or Sunday
    REGIONAL_OFF = "regional_off"  # a day off by a decision of the region
    WORKING_WEEKEND = "working_weekend"  # a Saturday or Sunday worked; it may be shortened too


_WORKED = frozenset({DayKind.WORKING, DayKind.SHORT, DayKind.WORKING_WEEKEND})

# (month, day) → code; Labour Code art. 112, the list in force since 2013.
HOLIDAYS: dict[tuple[int, int], str] = {
    **dict.fromkeys([(1, day) for day in (1, 2, 3, 4, 5, 6, 8)], "new_year"),
    (1, 7): "christmas",
    (2, 23): "defender_day",
    (3, 8): "womens_day",
    (5, 1): "labour_day",
    (5, 9): "victory_day",
    (6, 12): "russia_day",
    (11, 4): "unity_day",
}
_HOLIDAY_NAMES: dict[str, dict[Lang, str]] = {
    "new_year": {"ru": "Новогодние каникулы", "en": "New Year holidays"},
    "christmas": {"ru": "Рождество Христово", "en": "Orthodox Christmas"},
    "defender_day": {"ru": "День защитника Отечества", "en": "Defender of the Fatherland Day"},
    "womens_day": {"ru": "Международный женский день", "en": "International Women's Day"},
    "labour_day": {"ru": "Праздник Весны и Труда", "en": "Spring and Labour Day"},
    "victory_day": {"ru": "День Победы", "en": "Victory Day"},
    "russia_day": {"ru": "День России", "en": "Russia Day"},
    "unity_day": {"ru": "День народного единства", "en": "National Unity Day"},
}


@dataclass(frozen=True, slots=True)
class DayReason:
    """One day with the ground for its kind.

    `holiday` is a code of `HOLIDAYS`; `moved` the other end of a transfer (where the day off came from,
    or, for a working weekend, went to); `name` the region's own name of its day off.
    """

    day: date
    kind: DayKind
    holiday: str | None = None
    moved: date | None = None
    name: str | None = None
    short: bool = False

    @property
    def is_working(self) -> bool:
        return self.kind in _WORKED

    def text(self, lang: Lang = "ru") -> str:
        """The ground in words: «праздник: День народного единства»."""
        return (_russian if lang == "ru" else _english)(self)

    def to_json(self) -> dict[str, Any]:
        told = {"holiday": self.holiday, "moved": self.moved and self.moved.isoformat(), "name": self.name}
        kept = {key: value for key, value in told.items() if value is not None}
        return {"day": self.day.isoformat(), "kind": self.kind.value, **kept, **({"short": True} if self.short else {})}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        moved = data.get("moved")
        return cls(
            day=date.fromisoformat(data["day"]),
            kind=DayKind(data["kind"]),
            holiday=data.get("holiday"),
            moved=date.fromisoformat(moved) if moved else None,
            name=data.get("name"),
            short=data.get("short", False),
        )


def _russian(reason: DayReason) -> str:
    match reason:
        case DayReason(kind=DayKind.WEEKEND):
            return f"выходной: {weekday(reason.day, 'ru')}"
        case DayReason(kind=DayKind.HOLIDAY, holiday=str(code)):
            return f"праздник: {_HOLIDAY_NAMES[code]['ru']}"
        case DayReason(kind=DayKind.TRANSFERRED_OFF, moved=date() as moved):
            return f"перенос выходного с {day_month(moved, 'ru')}"
        case DayReason(kind=DayKind.REGIONAL_OFF):
            return f"региональный выходной: {reason.name}"
        case DayReason(kind=DayKind.WORKING_WEEKEND, moved=date() as moved):
            worked = "рабочая суббота" if reason.day.weekday() == 5 else "рабочее воскресенье"
            shortened = ", день сокращён на час" if reason.short else ""
            return f"{worked}: выходной перенесён на {day_month(moved, 'ru')}{shortened}"
    return "рабочий день, сокращён на час" if reason.short else "рабочий день"


def _english(reason: DayReason) -> str:
    match reason:
        case DayReason(kind=DayKind.WEEKEND):
            return f"day off: {weekday(reason.day, 'en')}"
        case DayReason(kind=DayKind.HOLIDAY, holiday=str(code)):
            return f"public holiday: {_HOLIDAY_NAMES[code]['en']}"
        case DayReason(kind=DayKind.TRANSFERRED_OFF, moved=date() as moved):
            return f"day off moved from {day_month(moved, 'en')}"
        case DayReason(kind=DayKind.REGIONAL_OFF):
            return f"regional day off: {reason.name}"
        case DayReason(kind=DayKind.WORKING_WEEKEND, moved=date() as moved):
            shortened = ", one hour shorter" if reason.short else ""
            return f"working {weekday(reason.day, 'en')}: day off moved to {day_month(moved, 'en')}{shortened}"
    return "working day, one hour shorter" if reason.short else "working day"
