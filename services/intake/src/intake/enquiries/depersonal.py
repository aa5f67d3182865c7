"""Whether a text names nobody: checked before it is proposed and again before it is published (D0-11). Pure.

Refused are names (by the dictionary, by their form, and those of the enquiry itself in any case ending), phones,
e-mail addresses, dates and long numbers. What is refused is named by kind and never repeated.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

import phonenumbers
from chassis.errors import DomainError, FieldError, Kind

from intake.enquiries.stems import stems
from intake.particulars.phone import HOME_REGION

if TYPE_CHECKING:
    from pymorphy3 import MorphAnalyzer  # type: ignore[import-untyped]

_MONTHS = "январ|феврал|март|апрел|ма[йяе]|июн|июл|август|сентябр|октябр|ноябр|декабр"
_EMAIL = re.compile(r"\S+@\S+")
_DATE = re.compile(
    rf"\b\d{{1,2}}\s*[./-]\s*\d{{1,2}}\s*[./-]\s*\d{{2,4}}\b|\b\d{{4}}-\d{{2}}-\d{{2}}\b"
    rf"|\b\d{{1,2}}(?:-?го)?\s+(?:{_MONTHS})\w*|\b(?:{_MONTHS})\w*\s+\d{{4}}\b"
    r"|\b(?:19|20)\d\d\s*(?:г\.?\s*р|года рожд)",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d(?:[\s-]?\d){5,}")
_INITIALS = re.compile(r"\b[А-ЯЁ]\.\s?[А-ЯЁ]\.")
_PATRONYMIC = re.compile(r"\b[А-ЯЁ][а-яё]+(?:вич|вн|ьич|ичн)(?:а|у|ем|е|ой|ы)?\b")
_OF_A_PERSON = ("Name", "Surn", "Patr")
SURE_ENOUGH = 0.3

RULES = {
    rule.rule: rule
    for rule in (
        FieldError(None, "name", "Уберите имена и фамилии.", "Remove names."),
        FieldError(None, "phone", "Уберите номер телефона.", "Remove the phone number."),
        FieldError(None, "email", "Уберите адрес электронной почты.", "Remove the e-mail address."),
        FieldError(None, "date", "Уберите даты: по ним узнают человека.", "Remove dates: they tell who it is."),
        FieldError(
            None,
            "number",
            "Уберите длинные номера: документов, счетов.",
            "Remove long numbers of documents or accounts.",
        ),
    )
}


def require_depersonalised(texts: dict[str, str], known_stems: Collection[str] = ()) -> None:
    """Refuse texts (by field name) that could tell who asked: 422 ``not_depersonalised`` with every kind found."""
    found = [(field, rule) for field, text in texts.items() for rule in personal(text, known_stems)]
    if found:
        raise DomainError(
            "not_depersonalised",
            Kind.INVALID,
            ru="В тексте есть то, по чему можно узнать человека.",
            en="The text holds something that tells who it is about.",
            errors=[replace(RULES[rule], field=field) for field, rule in found],
        )


def personal(text: str, known_stems: Collection[str] = ()) -> list[str]:
    """Which kinds of personal data a text holds."""
    found = {
        "email": bool(_EMAIL.search(text)),
        "date": bool(_DATE.search(text)),
        "phone": any(phonenumbers.PhoneNumberMatcher(text, HOME_REGION)),
        "number": bool(_NUMBER.search(text)),
        "name": _names_somebody(text, known_stems),
    }
    return [rule for rule, there in found.items() if there]


def _names_somebody(text: str, known_stems: Collection[str]) -> bool:
    if _INITIALS.search(text) or _PATRONYMIC.search(text) or not set(known_stems).isdisjoint(stems([text])):
        return True
    return any(_is_a_name(word, begins) for word, begins in _capitalised(text))


def _capitalised(text: str) -> Iterator[tuple[str, bool]]:
    for match in re.finditer(r"[А-ЯЁ][а-яё]+(?:-[А-ЯЁ][а-яё]+)?", text):
        before = text[: match.start()].rstrip(' «"(—-')
        yield match.group(), not before or before[-1] in ".!?…:\n"


def _is_a_name(word: str, begins_sentence: bool) -> bool:
    parses = _morph().parse(word)
    if begins_sentence:
        # any word is capitalised there: only what is most probably a name counts
        return any(mark in parses[0].tag for mark in _OF_A_PERSON)
    return any(mark in parse.tag and parse.score >= SURE_ENOUGH for parse in parses for mark in _OF_A_PERSON)


@lru_cache
def _morph() -> MorphAnalyzer:
    # fifteen megabytes of dictionary, only where somebody publishes
    from pymorphy3 import MorphAnalyzer

    return MorphAnalyzer()
