"""Keeping what is known of families, and opening a contact at the moment of use."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from chassis.errors import DomainError, Kind
from chassis.work import Unit
from contracts.cases import ProgrammeApproved
from contracts.intake import (
    ApplicationAccepted,
    ApplicationSubmitted,
    ApplicationTerritoriesSet,
    ApplicationWithdrawn,
    EnquiryAnswered,
    EnquiryRegistered,
)
from contracts.personal import Contact
from contracts.scheduling import SpecialistRegistered
from contracts.sealed import place, unseal
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from notifications.pack import pack_of
from notifications.preferences.model import Family, Specialist


async def family_of(unit: Unit, child_id: UUID) -> Family:
    """The family of a child; where another stream was faster than intake's, the event is taken again later."""
    family = await unit.session.get(Family, child_id)
    if family is None:
        raise DomainError(
            "family_not_here_yet",
            Kind.UNAVAILABLE,
            ru="Сведения о семье ещё не получены.",
            en="Nothing is known of the family yet.",
        )
    return family


async def remember_family(event: ApplicationSubmitted, unit: Unit) -> Family:
    """The family of a new application. A known child keeps its row and gets the new contact."""
    at = place(event.fact_name(), "contact", event.application_id)
    known = await unit.session.get(Family, event.child_id)
    if known is not None:
        known.reach_by(event.contact, at, event.submitted_at)
        known.application_id, known.withdrawn_at = event.application_id, None
        return known
    family = Family(
        child_id=event.child_id,
        application_id=event.application_id,
        representative_id=event.representative_id,
        region=event.region,
        territory=event.territory,
        organisation_id=pack_of(unit.packs, event.region).coordinating_id,
        contact=event.contact,
        contact_place=at,
        contact_told_at=event.submitted_at,
    )
    unit.session.add(family)
    await unit.session.flush()
    return family


async def remember_asker(event: EnquiryRegistered | EnquiryAnswered, unit: Unit) -> bool:
    """Somebody who asked stands among the families as a family of one; False where no contact is told."""
    if event.person_id is None or event.contact is None:
        return False
    at = place(event.fact_name(), "contact", event.enquiry_id)
    told_at = event.registered_at if isinstance(event, EnquiryRegistered) else event.answered_at
    known = await unit.session.get(Family, event.person_id)
    if known is not None:
        known.reach_by(event.contact, at, told_at)
        return True
    family = Family(
        child_id=event.person_id,
        application_id=event.enquiry_id,
        representative_id=event.person_id,
        region=event.region,
        territory=event.territory,
        organisation_id=event.organisation_id,
        contact=event.contact,
        contact_place=at,
        contact_told_at=told_at,
    )
    unit.session.add(family)
    await unit.session.flush()
    return True


async def note_service(event: ApplicationAccepted, unit: Unit) -> Family:
    """The organisations that answer for the family from now on."""
    family = await family_of(unit, event.child_id)
    family.organisation_id = event.coordinating_organisation_id
    family.serving_organisation_id = event.serving_organisation_id
    family.territory = event.territory
    return family


async def note_territories(event: ApplicationTerritoriesSet, unit: Unit) -> Family | None:
    """Another territory answers for the family: its time is what letters name (T12, T15)."""
    family = await unit.session.scalar(select(Family).where(Family.application_id == event.application_id))
    if family is not None:
        family.territory = event.responsible_territory
    return family


async def note_withdrawal(event: ApplicationWithdrawn, unit: Unit) -> Family | None:
    """The family wants nothing more from us; None for an application whose family was never ours to write to."""
    family = await unit.session.scalar(select(Family).where(Family.application_id == event.application_id))
    if family is not None:
        family.withdrawn_at = event.withdrawn_at
    return family


async def note_contact(event: ProgrammeApproved, told_at: datetime, unit: Unit) -> None:
    """The contact as the personal file has it now."""
    if event.contact is not None:
        family = await family_of(unit, event.child_id)
        family.reach_by(event.contact, place(event.fact_name(), "contact", event.programme_id), told_at)


async def open_contact(family: Family, unit: Unit) -> Contact:
    """Name, phone and address, opened under the person's key.

    Raises:
        DomainError: ``person_erased``, or ``unavailable`` while the key cannot be had.
        contracts.sealed.BrokenSealError: sealed for another place or under another key.
    """
    key = await unit.keys.get(family.contact.key_id)
    return unseal(family.contact, Contact, key, family.contact_place)


async def note_skills(event: SpecialistRegistered, unit: Unit) -> None:
    """Replace what was known."""
    row = insert(Specialist).values(id=event.specialist_id, skills=sorted(event.skills))
    replaced = {"skills": row.excluded.skills}
    await unit.session.execute(row.on_conflict_do_update(index_elements=[Specialist.id], set_=replaced))
