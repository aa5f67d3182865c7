"""What a request says of a family that was found."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Annotated

from chassis.errors import invalid
from pydantic import AfterValidator, Field

from intake.finding.family import FoundChild, FoundFamily
from intake.finding.referrals_pack import Named
from intake.particulars import snils
from intake.particulars.requests import Email, PersonName, ShortText, Strict

Snils = Annotated[str, Field(min_length=11, max_length=20), AfterValidator(snils.normalised)]


class Child(Strict):
    name: PersonName
    birth_date: date
    snils: Snils | None = None

    def record(self) -> FoundChild:
        return FoundChild(name=self.name, birth_date=self.birth_date, snils=self.snils)


class Family(Strict):
    """Somebody who can be reached: a phone or an address is enough, neither is refused."""

    name: PersonName
    phone: str | None = Field(None, min_length=5, max_length=40)
    email: Email | None = None
    address: ShortText | None = None

    def record(self, phone: str | None) -> FoundFamily:
        return FoundFamily(name=self.name, phone=phone, email=self.email, address=self.address)


def check_measures(codes: Iterable[str], measures: Iterable[Named]) -> None:
    """Refuse a form of help that is not of the pack's list (D3-21, D4-13)."""
    known = [measure.code for measure in measures]
    if unknown := set(codes) - set(known):
        ru, en = "Таких мероприятий в списке нет.", f"Unknown: {len(unknown)}."
        raise invalid("measure_unknown", "measures", ru, en, known=known)
