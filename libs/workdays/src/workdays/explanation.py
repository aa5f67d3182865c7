"""How a date was found: structured steps that read as Russian or English and survive JSON."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum
from itertools import groupby
from typing import Any, Generic, Self, TypeVar

from workdays.days import DayReason
from workdays.terms import OfficeHours, Term
from workdays.wording import Lang, day_month, full_date, moment, zone_label
from workdays.years import CalendarYear, Decree

T = TypeVar("T")


class StepCode(StrEnum):
    """What happened at a step of the count."""

    STARTED = "started"
    AFTER_CLOSING = "after_closing"
    FIRST_DAY = "first_day"
    SKIPPED = "skipped"
    ROLLED = "rolled"
    NOT_ROLLED = "not_rolled"
    SHORT_DAY = "short_day"
    DUE = "due"


_WORDS: dict[Lang, dict[StepCode, str]] = {
    "ru": {
        StepCode.STARTED: "Отсчёт: {moment}{place}",
        StepCode.AFTER_CLOSING: "Рабочий день {day} уже закончился (в {at}), срок переходит на следующий рабочий день",
        StepCode.FIRST_DAY: "Первый день срока – {day} (ст. 191 ГК РФ)",
        StepCode.SKIPPED: "Пропущены нерабочие дни: {skipped}",
        StepCode.ROLLED: "Последний день срока, {day}, нерабочий: окончание – ближайший рабочий день (ст. 193 ГК РФ)",
        StepCode.NOT_ROLLED: "Последний день срока, {day}, нерабочий, но срок не переносится",
        StepCode.SHORT_DAY: "{day} – сокращённый день, закрытие в {at}",
        StepCode.DUE: "Срок истекает {moment}",
    },
    "en": {
        StepCode.STARTED: "Counted from {moment}{place}",
        StepCode.AFTER_CLOSING: "The working day of {day} was over (at {at}): the next working day counts",
        StepCode.FIRST_DAY: "The first day of the term is {day} (Civil Code art. 191)",
        StepCode.SKIPPED: "Days skipped: {skipped}",
        StepCode.ROLLED: "The last day, {day}, is not a working day: the next working day ends the term (art. 193)",
        StepCode.NOT_ROLLED: "The last day, {day}, is not a working day, but the term does not move",
        StepCode.SHORT_DAY: "{day} is a short day, closing at {at}",
        StepCode.DUE: "Due {moment}",
    },
}
_TERM: dict[Lang, str] = {"ru": "Срок: {}", "en": "Term: {}"}
_HOURS: dict[Lang, str] = {"ru": "часы работы {}", "en": "office hours {}"}
_OFFICIAL: dict[Lang, str] = {"ru": "Календарь {year} года: {decree}", "en": "Calendar of {year}: {decree}"}
_PROVISIONAL: dict[Lang, str] = {
    "ru": (
        "Дата предварительная: официального календаря на {year} год ещё нет, учтены только праздники ст. 112 ТК РФ; "
        "срок будет пересчитан, когда выйдет постановление о переносе выходных"
    ),
    "en": (
        "Provisional: there is no official calendar for {year} yet, only the holidays of Labour Code art. 112 are "
        "counted; the date will be computed again when the decree is published"
    ),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the count: the day it concerns, a time of day and the ground where they matter."""

    code: StepCode
    day: date
    at: time | None = None
    reason: DayReason | None = None

    def to_json(self) -> dict[str, Any]:
        data: dict[str, Any] = {"code": self.code.value, "day": self.day.isoformat()}
        if self.at is not None:
            data["at"] = self.at.isoformat()
        if self.reason is not None:
            data["reason"] = self.reason.to_json()
        return data

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        return cls(
            code=StepCode(data["code"]),
            day=date.fromisoformat(data["day"]),
            at=time.fromisoformat(data["at"]) if "at" in data else None,
            reason=DayReason.from_json(data["reason"]) if "reason" in data else None,
        )


@dataclass(frozen=True, slots=True)
class YearBasis:
    """A year the count consulted and the decree its calendar rests on; None means provisional."""

    year: int
    decree: Decree | None

    @classmethod
    def of(cls, year: CalendarYear) -> Self:
        return cls(year.year, year.decree)

    def text(self, lang: Lang) -> str:
        if self.decree is None:
            return _PROVISIONAL[lang].format(year=self.year)
        return _OFFICIAL[lang].format(year=self.year, decree=self.decree.text(lang))

    def to_json(self) -> dict[str, Any]:
        decree = self.decree and {"number": self.decree.number, "date": self.decree.date.isoformat()}
        return {"year": self.year, "decree": decree}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        decree = data["decree"]
        return cls(data["year"], Decree(decree["number"], date.fromisoformat(decree["date"])) if decree else None)


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a date is what it is. Keep it with the date: it says what was known when the date was computed."""

    term: Term
    steps: tuple[Step, ...]
    years: tuple[YearBasis, ...] = ()
    zone: str | None = None
    hours: OfficeHours | None = None

    @property
    def provisional(self) -> bool:
        """Whether a year without its decree was consulted, so that the date must be computed again later."""
        return any(basis.decree is None for basis in self.years)

    @property
    def skipped(self) -> tuple[DayReason, ...]:
        """The non-working days passed over, in order, each with its ground."""
        return tuple(step.reason for step in self.steps if step.code is StepCode.SKIPPED and step.reason is not None)

    def text(self, lang: Lang = "ru") -> str:
        """The whole explanation as sentences."""
        sentences = list(self._told(lang))
        sentences.insert(1, _TERM[lang].format(self.term.text(lang)))
        return " ".join(f"{sentence}." for sentence in [*sentences, *(basis.text(lang) for basis in self.years)])

    def _told(self, lang: Lang) -> Iterator[str]:
        for code, steps in groupby(self.steps, key=lambda step: step.code):
            same = list(steps)
            yield _WORDS[lang][code].format(
                day=full_date(same[0].day, lang),
                at=f"{same[0].at:%H:%M}" if same[0].at else "",
                moment=moment(same[0].day, same[0].at, lang),
                place=self._place(same[0].day, lang) if code is StepCode.STARTED else "",
                skipped="; ".join(_named(step.reason, lang) for step in same if step.reason),
            )

    def _place(self, day: date, lang: Lang) -> str:
        zone = f" ({zone_label(self.zone, day, lang)})" if self.zone else ""
        return zone + (f", {_HOURS[lang].format(self.hours)}" if self.hours else "")

    def to_json(self) -> dict[str, Any]:
        """Plain values for a JSON column or an event."""
        return {
            "term": self.term.to_json(),
            "steps": [step.to_json() for step in self.steps],
            "years": [basis.to_json() for basis in self.years],
            "zone": self.zone,
            "hours": self.hours and self.hours.to_json(),
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        return cls(
            term=Term.parse(data["term"]),
            steps=tuple(Step.from_json(step) for step in data["steps"]),
            years=tuple(YearBasis.from_json(basis) for basis in data["years"]),
            zone=data["zone"],
            hours=OfficeHours.parse(data["hours"]) if data["hours"] else None,
        )


@dataclass(frozen=True, slots=True)
class Explained(Generic[T]):
    """A value with the explanation of how it was found."""

    value: T
    explanation: Explanation


def skipping(reasons: Iterable[DayReason]) -> list[Step]:
    """One step per day passed over."""
    return [Step(StepCode.SKIPPED, reason.day, reason=reason) for reason in reasons]


def _named(reason: DayReason, lang: Lang) -> str:
    return f"{day_month(reason.day, lang)} ({reason.text(lang)})"
