"""Tracking numbers of letters: fourteen digits within Russia, S10 of the Universal Postal Union abroad. Pure."""

from __future__ import annotations

import re

from chassis.http.validation import RuleError

_INLAND = re.compile(r"[0-9]{14}")
_ABROAD = re.compile(r"[A-Z]{2}[0-9]{9}[A-Z]{2}")
_S10_WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)


def normalised(written: str) -> str:
    """The tracking number in capitals without blanks; `RuleError` where its check digit does not fit."""
    number = re.sub(r"[\s-]", "", written).upper()
    if _INLAND.fullmatch(number) and number[13] == inland_check(number[:13]):
        return number
    if _ABROAD.fullmatch(number) and number[10] == s10_check(number[2:10]):
        return number
    raise RuleError(
        "tracking_number_invalid",
        ru="почтовый идентификатор с ошибкой: 14 цифр с квитанции",
        en="not a tracking number: 14 digits of the receipt",
    )


def inland_check(thirteen: str) -> str:
    """The last digit of an inland number."""
    odd, even = sum(map(int, thirteen[::2])), sum(map(int, thirteen[1::2]))
    return str(-(3 * odd + even) % 10)


def s10_check(eight: str) -> str:
    """The ninth digit of an S10 number."""
    rest = 11 - sum(int(digit) * weight for digit, weight in zip(eight, _S10_WEIGHTS, strict=True)) % 11
    return {10: "0", 11: "5"}.get(rest, str(rest))
