"""Refusals about delivered services and acts. No personal data in any text."""

from __future__ import annotations

from chassis.errors import DomainError, Kind


def already_signed() -> DomainError:
    """409: an act is signed once."""
    return DomainError("act_already_signed", Kind.CONFLICT, ru="Акт уже подписан.", en="The act is already signed.")


def signed_before_the_trip() -> DomainError:
    """422: what was given is signed for on that day or later."""
    return DomainError(
        "signed_before_the_trip",
        Kind.INVALID,
        ru="Акт подписывают в день выезда или позже.",
        en="The act is signed on the day of the trip or later.",
        field="signed_on",
    )


def nothing_to_sign() -> DomainError:
    """409: the trip was told again, and the family got nothing on it."""
    return DomainError(
        "act_empty", Kind.CONFLICT, ru="По этому акту услуг не оказано.", en="No service was given under this act."
    )


def not_questioned() -> DomainError:
    """409: there is nothing to decide."""
    return DomainError(
        "act_not_questioned",
        Kind.CONFLICT,
        ru="Акт не расходится с отчётом о выезде.",
        en="The act does not differ from the trip's report.",
    )


def outside_the_term() -> DomainError:
    """422: a service of a programme is given on a day of its term."""
    return DomainError(
        "outside_the_term",
        Kind.INVALID,
        ru="В этот день программа не действовала.",
        en="The programme was not in force on that day.",
        field="delivered_on",
    )


def not_approved() -> DomainError:
    """409: services are given under an approved programme."""
    return DomainError(
        "programme_not_approved",
        Kind.CONFLICT,
        ru="Программа не утверждена.",
        en="The programme is not approved.",
        field="programme_id",
    )
