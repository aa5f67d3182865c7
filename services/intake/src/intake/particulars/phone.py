"""Phone numbers in any Russian notation."""

from __future__ import annotations

import phonenumbers
from chassis.errors import DomainError, invalid

HOME_REGION = "RU"


def normalised(written: str) -> str:
    """The number in E.164; a number without a country code is Russian.

    Raises:
        DomainError: ``phone_invalid`` for what is not a number somebody can be called on.
    """
    try:
        number = phonenumbers.parse(written, HOME_REGION)
    except phonenumbers.NumberParseException:
        raise _not_callable() from None
    if number.extension or not phonenumbers.is_valid_number(number):
        raise _not_callable()
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _not_callable() -> DomainError:
    return invalid(
        "phone_invalid",
        "phone",
        "По такому номеру позвонить нельзя. Напишите номер с кодом, например 8 905 000-00-00.",
        "This number cannot be called. Give it with its code, such as +7 905 000-00-00.",
    )
