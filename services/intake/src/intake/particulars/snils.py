"""SNILS: the insurance number of a person, with its check digits."""

from __future__ import annotations

from chassis.http.validation import RuleError

DIGITS = 11
_CHECKED_FROM = 1_001_998
"""Numbers up to 001-001-998 were given without check digits."""


def normalised(written: str) -> str:
    """The eleven digits of a SNILS in any notation; `RuleError` for what is not one."""
    digits = "".join(letter for letter in written if letter.isdecimal())
    others = set(written) - set(digits) - set(" -")
    if len(digits) != DIGITS or others or not digits.isascii() or not _adds_up(digits):
        raise RuleError("snils_invalid", ru="СНИЛС с ошибкой: проверьте цифры", en="not a SNILS: check the digits")
    return digits


def check_digits(nine: str) -> str:
    """The two check digits of the first nine."""
    total = sum(int(digit) * weight for digit, weight in zip(nine, range(9, 0, -1), strict=True)) % 101
    return f"{0 if total == 100 else total:02d}"


def _adds_up(digits: str) -> bool:
    return int(digits[:9]) <= _CHECKED_FROM or digits[9:] == check_digits(digits[:9])
