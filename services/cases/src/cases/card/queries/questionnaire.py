"""The questionnaire: the people of a file, as much of them as the reader may see now."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from chassis.work import Unit
from contracts.access import FieldGroup
from contracts.identifiers import ConsentForm, Purpose
from contracts.sealed import place, unseal
from pydantic import BaseModel

from cases.age import age
from cases.files.model import CaseFile, Consent
from cases.local_time import today
from cases.pack import CasesPack
from cases.people.model import HEALTH_PLACE, Child, Family, Health, Representative


class ChildCard(BaseModel):
    """The child; ages in whole months. Weeks of gestation and the corrected age, which stands for a child born before
    its time only, are health data: None without the ground for them."""

    id: UUID
    name: str
    birth_date: date
    gestation_weeks: int | None
    age_months: int
    corrected_age_months: int | None


class RepresentativeCard(BaseModel):
    """The legal representative."""

    id: UUID
    name: str
    phone: str
    email: str | None


class ConsentCard(BaseModel):
    """One entry of the register; ``standing`` is False once it was withdrawn."""

    id: UUID
    purpose: Purpose
    form: ConsentForm
    text_version: str
    given_on: date
    authority_checked_by: UUID | None
    standing: bool
    withdrawn_at: datetime | None


class Questionnaire(BaseModel):
    """Section 1 of the file (D0-24). What the reader may not see now is None."""

    child: ChildCard | None
    representative: RepresentativeCard | None
    address: str | None
    need: str | None
    diagnosis: str | None
    consents: list[ConsentCard]


async def questionnaire(file: CaseFile, groups: frozenset[FieldGroup], unit: Unit) -> Questionnaire:
    """The section without the audit, for the file's card."""
    child = await unit.session.get_one(Child, file.id)
    person = await unit.session.get_one(Representative, (file.id, file.representative_id))
    family = await unit.session.get_one(Family, file.id)
    reach = FieldGroup.CONTACT in groups
    health = await _health(child, unit) if FieldGroup.HEALTH in groups else Health()
    return Questionnaire(
        child=_child(child, health, file, unit) if reach else None,
        representative=_representative(person) if reach else None,
        address=family.address if reach else None,
        need=family.need if FieldGroup.SOCIAL in groups else None,
        diagnosis=health.diagnosis,
        consents=[_consent(consent) for consent in file.consents],
    )


def _child(child: Child, health: Health, file: CaseFile, unit: Unit) -> ChildCard:
    rule = unit.packs.of(CasesPack, file.region).corrected_age
    now = age(child.birth_date, health.gestation_weeks, today(unit, file.region), rule)
    return ChildCard(
        id=child.child_id,
        name=child.name,
        birth_date=child.birth_date,
        gestation_weeks=health.gestation_weeks,
        age_months=now.months,
        corrected_age_months=now.corrected,
    )


def _representative(person: Representative) -> RepresentativeCard:
    return RepresentativeCard(id=person.representative_id, name=person.name, phone=person.phone, email=person.email)


async def _health(child: Child, unit: Unit) -> Health:
    if child.health is None:
        return Health()
    key = await unit.keys.get(child.child_id)
    return unseal(child.health, Health, key, place(HEALTH_PLACE, "health", child.case_id))


def _consent(consent: Consent) -> ConsentCard:
    return ConsentCard(
        id=consent.id,
        purpose=consent.purpose,
        form=consent.form,
        text_version=consent.text_version,
        given_on=consent.given_on,
        authority_checked_by=consent.authority_checked_by,
        standing=consent.standing,
        withdrawn_at=consent.withdrawn_at,
    )
