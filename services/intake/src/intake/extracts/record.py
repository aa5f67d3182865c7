"""One IPRA extract as any layout gives it, checked. Pure."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from intake.extracts.layouts import MOST_MEASURES
from intake.finding.family import FoundChild, FoundFamily, FoundHealth
from intake.finding.requests import Snils
from intake.particulars.examples import shown
from intake.particulars.phone import normalised
from intake.particulars.requests import Email, PersonName, ShortText

Number = Annotated[str, Field(pattern=r"^[0-9A-Za-zА-Яа-яЁё][0-9A-Za-zА-Яа-яЁё ./№-]{0,59}$")]
Phone = Annotated[str, Field(max_length=40), AfterValidator(normalised)]


class Measure(BaseModel):
    model_config = ConfigDict(extra="forbid")

    group: str = Field(max_length=100)
    title: str = Field(min_length=1, max_length=500)
    executor: str | None = Field(None, max_length=500)
    until: date | None = None


class ExtractRecord(BaseModel):
    """One extract as any layout gives it; the fields of the order's form that the platform needs (D3-24)."""

    model_config = shown(
        number="12.3.45/2026",
        issued_on="2026-02-20",
        valid_until="2028-02-19",
        child_name="Рощин Тимофей",
        birth_date="2024-05-17",
        representative_name="Рощина Алла Петровна",
        phone="+7 905 000-55-66",
        territory="lesnoy",
        measures=[{"group": "social", "title": "Занятия с логопедом", "until": "2027-02-20"}],
    )

    number: Number
    issued_on: date
    valid_until: date | None = None
    bureau: ShortText | None = None
    child_name: PersonName
    birth_date: date
    snils: Snils | None = None
    representative_name: PersonName
    phone: Phone | None = None
    email: Email | None = None
    address: ShortText | None = None
    territory: str | None = Field(None, max_length=64)
    disability_until: date | None = None
    measures: list[Measure] = Field([], max_length=MOST_MEASURES)

    def child(self) -> FoundChild:
        return FoundChild(name=self.child_name, birth_date=self.birth_date, snils=self.snils)

    def family(self) -> FoundFamily:
        return FoundFamily(name=self.representative_name, phone=self.phone, email=self.email, address=self.address)

    def health(self) -> FoundHealth:
        measures = tuple(measure.model_dump(mode="json") for measure in self.measures)
        return FoundHealth(disability_until=self.disability_until, measures=measures)


class CorrectRecord(BaseModel):
    """What replaces the fields of a record that was put aside; what is not named stays, None takes a field away."""

    model_config = shown(territory="lesnoy", phone="+7 905 000-55-66")

    number: Number | None = None
    issued_on: date | None = None
    valid_until: date | None = None
    bureau: ShortText | None = None
    child_name: PersonName | None = None
    birth_date: date | None = None
    snils: Snils | None = None
    representative_name: PersonName | None = None
    phone: Phone | None = None
    email: Email | None = None
    address: ShortText | None = None
    territory: str | None = Field(None, max_length=64)
    disability_until: date | None = None
    measures: list[Measure] | None = Field(None, max_length=MOST_MEASURES)
