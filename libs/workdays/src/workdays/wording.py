"""Dates, weekdays and plurals as people read them, in Russian and English."""

from datetime import date, datetime, time
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

Lang = Literal["ru", "en"]

_MONTHS: dict[Lang, tuple[str, ...]] = {
    "ru": (
        "января",
        "февраля",
        "марта",
        "апреля",
        "мая",
        "июня",
        "июля",
        "августа",
        "сентября",
        "октября",
        "ноября",
        "декабря",
    ),
    "en": (
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
}
_WEEKDAYS: dict[Lang, tuple[str, ...]] = {
    "ru": ("понедельник", "вторник", "среда", "четверг", "пятница", "суббота", "воскресенье"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}


def weekday(day: date, lang: Lang) -> str:
    return _WEEKDAYS[lang][day.weekday()]


def day_month(day: date, lang: Lang) -> str:
    """«3 января», "3 January"."""
    return f"{day.day} {_MONTHS[lang][day.month - 1]}"


def full_date(day: date, lang: Lang) -> str:
    """«3 января 2026 года», "3 January 2026"."""
    return f"{day_month(day, lang)} {day.year}" + (" года" if lang == "ru" else "")


def moment(day: date, at: time | None, lang: Lang) -> str:
    """The date, and the time of day where there is one."""
    if at is None:
        return full_date(day, lang)
    return f"{full_date(day, lang)} {'в' if lang == 'ru' else 'at'} {at:%H:%M}"


def counted(n: int, one: str, few: str, many: str) -> str:
    """`n` with the Russian form that goes with it: 1 день, 2 дня, 5 дней, 11 дней, 21 день."""
    if n % 100 in range(11, 15):
        return f"{n} {many}"
    return f"{n} {one if n % 10 == 1 else few if n % 10 in (2, 3, 4) else many}"


@lru_cache(maxsize=1024)
def zone_label(zone: str, day: date, lang: Lang) -> str:
    """The time zone as offset from Moscow («МСК+5») in Russian and from UTC in English."""
    noon = datetime.combine(day, time(12), ZoneInfo(zone))
    base, origin = ("МСК", "Europe/Moscow") if lang == "ru" else ("UTC", "UTC")
    ahead = noon.replace(tzinfo=None) - noon.astimezone(ZoneInfo(origin)).replace(tzinfo=None)
    minutes = round(ahead.total_seconds() / 60)
    if minutes == 0:
        return base
    hours, rest = divmod(abs(minutes), 60)
    return f"{base}{'+' if minutes > 0 else '−'}{hours}" + (f":{rest:02}" if rest else "")
