"""What can be done with a personal file: open it, and take it through the first appointment."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from chassis.errors import DomainError, Kind
from chassis.work import Unit
from contracts.identifiers import Code
from contracts.intake import ApplicationAccepted
from contracts.personal import FileOpening
from contracts.scheduling import SpecialistRegistered
from contracts.sealed import BrokenSealError, PersonKey, place, seal, unseal
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select

from cases.files import errors
from cases.files.model import CaseFile, Eligibility, SeenDocuments, Specialist, TickedConsent
from cases.files.queries import working_for
from cases.local_time import local_day, today
from cases.pack import CasesPack, Step
from cases.people.model import HEALTH_PLACE, Child, Family, Health, Representative
from cases.requests import Command


class FileProgress(BaseModel):
    """Where the file stands after a command: its version, and which steps of the first appointment are done."""

    id: UUID
    version: int
    done: list[Step]


async def open_file(accepted: ApplicationAccepted, unit: Unit) -> UUID:
    """Open the file of an accepted application, or find the one that is open already.

    Raises `DomainError`: ``key_not_here_yet`` (retry), ``broken_seal``, ``unknown_region``.
    """
    known = await unit.session.scalar(select(CaseFile.id).where(CaseFile.application_id == accepted.application_id))
    if known is not None:
        return known
    unit.packs.of(CasesPack, accepted.region)
    key = await unit.keys.get(accepted.opening.key_id)
    opening = _opened(accepted, key)
    file = CaseFile.open(unit.new_id(), accepted, unit.now)
    unit.session.add(file)
    # the people's rows point at the file, and nothing in the mapping says so
    await unit.session.flush()
    unit.session.add_all(_people(file.id, opening, key))
    await _take_over_ticks(file, unit)
    return file.id


def _opened(accepted: ApplicationAccepted, key: PersonKey) -> FileOpening:
    at = place(accepted.fact_name(), "opening", accepted.application_id)
    try:
        return unseal(accepted.opening, FileOpening, key, at)
    except BrokenSealError:
        raise DomainError(
            "broken_seal", Kind.INVALID, ru="Запечатанные данные не открываются.", en="The sealed data do not open."
        ) from None


def _people(case_id: UUID, opening: FileOpening, key: PersonKey) -> tuple[Child, Representative, Family]:
    child, representative = opening.child, opening.representative
    health = Health(diagnosis=opening.diagnosis, gestation_weeks=child.gestation_weeks)
    return (
        Child(
            case_id=case_id,
            child_id=child.id,
            name=child.name,
            birth_date=child.birth_date,
            health=seal(health, key, place(HEALTH_PLACE, "health", case_id)) if health != Health() else None,
        ),
        Representative(
            case_id=case_id,
            representative_id=representative.id,
            name=representative.name,
            phone=representative.phone,
            email=representative.email,
        ),
        Family(
            case_id=case_id,
            address=opening.address,
            latitude=opening.latitude,
            longitude=opening.longitude,
            need=opening.need,
        ),
    )


async def _take_over_ticks(file: CaseFile, unit: Unit) -> None:
    ticks = await unit.session.scalars(select(TickedConsent).where(TickedConsent.application_id == file.application_id))
    for tick in ticks.all():
        unit.session.add(tick.as_consent(file.id, local_day(unit, file.region, tick.given_at), unit.now))
        await unit.session.delete(tick)


async def replace_specialist(event: SpecialistRegistered, unit: Unit) -> None:
    """Take over the whole state of one specialist."""
    await unit.session.merge(
        Specialist(
            id=event.specialist_id,
            principal_id=event.principal_id,
            organisation_id=event.organisation_id,
            skills=sorted(event.skills),
            active=event.active,
        )
    )


class SeeDocuments(Command):
    """``kinds`` and ``authority`` are codes of the pack: what was shown, and what the representative acts on."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"kinds": ["passport", "birth_certificate"], "authority": "parent"}]}
    )

    kinds: tuple[Code, ...] = Field(min_length=1, max_length=20)
    authority: Code


async def see_documents(case_id: UUID, command: SeeDocuments, unit: Unit) -> FileProgress:
    """Note that the minimal set was shown and the authority checked (D2-20)."""
    file = await unit.get(CaseFile, case_id, "case_file:record", under=True)
    seen = SeenDocuments(kinds=command.kinds, authority=command.authority, seen_by=_acting(unit), seen_at=unit.now)
    file.see_documents(seen, unit.packs.of(CasesPack, file.region))
    return file_progress(file, unit)


class RecogniseEligibility(Command):
    """The decision of the first appointment."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"eligible": True, "decided_on": "2026-03-03"}]})

    eligible: bool
    decided_on: date | None = None


async def recognise_eligibility(case_id: UUID, command: RecogniseEligibility, unit: Unit) -> FileProgress:
    """Decide whether the child needs early help (D2-21)."""
    file = await unit.get(CaseFile, case_id, "case_file:recognise", under=True)
    day = command.decided_on or today(unit, file.region)
    if day > today(unit, file.region):
        raise errors.in_the_future("decided_on")
    eligibility = Eligibility(eligible=command.eligible, decided_on=day, decided_by=_acting(unit))
    file.recognise(eligibility, unit.packs.of(CasesPack, file.region))
    return file_progress(file, unit)


class FixTeam(Command):
    """The specialists, by scheduling's ids."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"specialist_ids": ["0194f5d2-7c1e-7a3b-9d40-5e6f70819201"]}]}
    )

    specialist_ids: tuple[UUID, ...] = Field(min_length=1, max_length=20)


async def fix_team(case_id: UUID, command: FixTeam, unit: Unit) -> FileProgress:
    """Fix specialists of the serving organisation to the case (D2-21)."""
    file = await unit.get(CaseFile, case_id, "case_file:fix_team", under=True)
    wanted = tuple(dict.fromkeys(command.specialist_ids))
    found = await working_for(file.serving_organisation_id, wanted, unit)
    if len(found) < len(wanted):
        raise errors.unknown_specialists(len(wanted) - len(found))
    principals = [specialist.principal_id for specialist in found if specialist.principal_id]
    file.fix_team(wanted, principals, today(unit, file.region), unit.packs.of(CasesPack, file.region))
    return file_progress(file, unit)


def file_progress(file: CaseFile, unit: Unit) -> FileProgress:
    """The answer to a command on the file."""
    pack = unit.packs.of(CasesPack, file.region)
    done = file.done(today(unit, file.region), pack)
    return FileProgress(id=file.id, version=file.version, done=[step for step in pack.steps if step in done])


def _acting(unit: Unit) -> UUID:
    if unit.actor.id is None:
        raise DomainError("unknown_actor", Kind.FORBIDDEN, ru="Сотрудник не определён.", en="The actor is unknown.")
    return unit.actor.id
