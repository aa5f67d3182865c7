"""How the API shows a found family, opened under its own keys."""

from __future__ import annotations

from datetime import date

from chassis.work import Unit
from pydantic import BaseModel

from intake.finding.family import FoundChild, FoundFamily, FoundHealth, FoundRecord, opened


class FoundContact(BaseModel):
    child_name: str
    birth_date: date
    snils: str | None
    representative_name: str
    phone: str | None
    email: str | None
    address: str | None


class FoundSocial(BaseModel):
    need: str | None
    measures: tuple[str, ...]


class FoundMeasure(BaseModel):
    """A measure of the IPRA as the extract names it."""

    group: str | None = None
    title: str | None = None
    executor: str | None = None
    until: date | None = None


class FoundHealthView(BaseModel):
    diagnosis: str | None
    disability_until: date | None
    measures: list[FoundMeasure]
    protocol_on: date | None = None

    @classmethod
    def of(cls, health: FoundHealth, protocol_on: date | None = None) -> FoundHealthView:
        return cls(
            diagnosis=health.diagnosis,
            disability_until=health.disability_until,
            measures=[FoundMeasure.model_validate(measure) for measure in health.measures],
            protocol_on=protocol_on,
        )


async def contact(found: FoundRecord, unit: Unit) -> FoundContact:
    """Who the family is and how to reach it."""
    child = opened(found.child, FoundChild, await unit.keys.get(found.child_id))
    family = opened(found.family, FoundFamily, await unit.keys.get(found.representative_id))
    return FoundContact(
        child_name=child.name,
        birth_date=child.birth_date,
        snils=child.snils,
        representative_name=family.name,
        phone=family.phone,
        email=family.email,
        address=family.address,
    )
