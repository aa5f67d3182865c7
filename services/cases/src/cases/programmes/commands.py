"""What can be done with programmes: draw up, edit, sign, approve, correct, finish; and record an issued IPPSU."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from uuid import UUID

from chassis.errors import not_found
from chassis.work import Unit
from contracts.cases import ProgrammeApproved
from contracts.identifiers import ConsentForm, ProgrammeKind
from contracts.personal import Address, Contact
from contracts.sealed import PersonKey, Sealed, place, seal
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select

from cases.files import errors as file_errors
from cases.files.model import CaseFile, Ippsu
from cases.local_time import today, zone
from cases.pack import CasesPack, ProgrammeRules, Step
from cases.people.model import Family, Representative
from cases.programmes import errors
from cases.programmes.content import Content, Outline
from cases.programmes.draft import FORM_EXAMPLE, ProgrammeForm, draw_up
from cases.programmes.model import Programme, ProgrammeState, ProgrammeVersion
from cases.requests import Command

TERM_OVER = "programme_term_over"
"""The timer of a programme's last day; its subject is the programme."""


class ProgrammeStanding(BaseModel):
    """Where a programme stands after a command. ``version`` is for If-Match, ``number`` counts the signed texts."""

    id: UUID
    case_id: UUID
    version: int
    kind: ProgrammeKind
    number: int
    state: ProgrammeState
    starts_on: date
    ends_on: date


class RecordIppsu(Command):
    """What stands on the IPPSU the authority issued (D4-05)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "number": "12-345",
                    "issued_on": "2026-01-15",
                    "valid_until": "2028-01-14",
                    "issuer": "Отдел социальной защиты г. Примерска",
                }
            ]
        }
    )

    id: UUID | None = None
    number: str = Field(min_length=1, max_length=50)
    issued_on: date
    valid_until: date
    issuer: str = Field(min_length=3, max_length=300)


class IppsuEntered(BaseModel):
    """The entry's id and the file's version."""

    id: UUID
    case_id: UUID
    version: int
    number: str
    issued_on: date
    valid_until: date


async def record_ippsu(case_id: UUID, command: RecordIppsu, unit: Unit) -> IppsuEntered:
    """Enter number, date, term and issuer; a changed IPPSU is a new entry."""
    file = await unit.get(CaseFile, case_id, "case_file:record", under=True)
    if command.valid_until < command.issued_on:
        raise errors.bad_term()
    ippsu = Ippsu(
        id=command.id or unit.new_id(),
        case_id=file.id,
        number=command.number,
        issued_on=command.issued_on,
        valid_until=command.valid_until,
        issuer=command.issuer,
        recorded_by=unit.actor.id,
        recorded_at=unit.now,
    )
    file.record_ippsu(ippsu, today(unit, file.region), unit.packs.of(CasesPack, file.region))
    return IppsuEntered(
        id=ippsu.id,
        case_id=file.id,
        version=file.version,
        number=ippsu.number,
        issued_on=ippsu.issued_on,
        valid_until=ippsu.valid_until,
    )


class DrawUpProgramme(ProgrammeForm):
    """``kind`` is one of the pack's programmes."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"kind": "iprp", **FORM_EXAMPLE}]})

    id: UUID | None = None
    kind: ProgrammeKind


async def draw_up_programme(case_id: UUID, command: DrawUpProgramme, unit: Unit) -> ProgrammeStanding:
    """The first draft, after the steps the pack asks for and on a legal ground that stands now (D2-24, D4-05)."""
    file = await unit.get(CaseFile, case_id, "programme:draft", under=True)
    pack = unit.packs.of(CasesPack, file.region)
    rules = _rules(command.kind, pack)
    content = _drawn_up(command, file, rules, pack, unit)
    ippsu = _check_grounds(file, content.outline, rules, pack, today(unit, file.region))
    key = await unit.keys.get(file.child_id)
    programme = Programme.draw_up(
        command.id or unit.new_id(), file, command.kind, content, key, unit.actor.id, unit.now
    )
    programme.ippsu_id = ippsu.id if ippsu else None
    unit.session.add(programme)
    return programme_standing(programme)


async def edit_programme(programme_id: UUID, form: ProgrammeForm, unit: Unit) -> ProgrammeStanding:
    """Change the version in work; a signature on it falls away."""
    programme, file = await _loaded(programme_id, "programme:edit", unit)
    pack = unit.packs.of(CasesPack, file.region)
    content = _drawn_up(form, file, _rules(programme.kind, pack), pack, unit)
    programme.edit(content, await unit.keys.get(file.child_id))
    return programme_standing(programme)


class SignProgramme(Command):
    """How and when the representative signed."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"form": "paper", "signed_on": "2026-03-10"}]})

    form: ConsentForm = ConsentForm.PAPER
    signed_on: date | None = None


async def sign_programme(programme_id: UUID, command: SignProgramme, unit: Unit) -> ProgrammeStanding:
    """Note the representative's signature on the version in work."""
    programme, file = await _loaded(programme_id, "programme:sign", unit)
    day = today(unit, file.region)
    if command.form is ConsentForm.TICK:
        raise file_errors.consent_not_written()
    if (command.signed_on or day) > day:
        raise file_errors.in_the_future("signed_on")
    programme.sign(command.form, command.signed_on or day, unit.actor.id)
    return programme_standing(programme)


async def approve_programme(programme_id: UUID, unit: Unit) -> ProgrammeStanding:
    """The head approves; scheduling gets the demand with the sealed address and contact (D4-09)."""
    programme, file = await _loaded(programme_id, "programme:approve", unit)
    pack = unit.packs.of(CasesPack, file.region)
    rules, content = _rules(programme.kind, pack), programme.latest.content
    programme.check_complete(rules)
    ippsu = _check_grounds(file, content, rules, pack, today(unit, file.region))
    await _refuse_overlap(programme, content, unit)
    address, contact = await _sealed_reach(programme, file, unit)
    programme.ippsu_id = ippsu.id if ippsu else None
    programme.approve(rules, file, unit.actor.id, unit.now, address, contact)
    await unit.timers.set(TERM_OVER, programme.id, _midnight_after(content.ends_on, file, unit))
    return programme_standing(programme)


async def correct_programme(programme_id: UUID, unit: Unit) -> ProgrammeStanding:
    """Open the next version as a draft; the approved one stays in force until it is replaced."""
    programme, _ = await _loaded(programme_id, "programme:correct", unit)
    programme.correct(unit.actor.id, unit.now)
    return programme_standing(programme)


async def finish_programme(programme_id: UUID, unit: Unit) -> None:
    """End a programme whose last day has passed; nothing to do where none is in force."""
    programme = await unit.session.get(Programme, programme_id, with_for_update=True)
    if programme is not None and (version := programme.in_force) is not None:
        programme.finish(version.ends_on)


def programme_standing(programme: Programme) -> ProgrammeStanding:
    """The answer to a command on a programme."""
    latest = programme.latest
    return ProgrammeStanding(
        id=programme.id,
        case_id=programme.case_id,
        version=programme.version,
        kind=programme.kind,
        number=latest.number,
        state=latest.state,
        starts_on=latest.starts_on,
        ends_on=latest.ends_on,
    )


async def _loaded(programme_id: UUID, permission: str, unit: Unit) -> tuple[Programme, CaseFile]:
    """The programme under its file's lock: whoever may act on the file's programmes may act on this one."""
    case_id = await unit.session.scalar(select(Programme.case_id).where(Programme.id == programme_id))
    if case_id is None:
        raise not_found()
    file = await unit.get(CaseFile, case_id, permission, under=False)
    programme = await unit.session.get_one(Programme, programme_id)
    unit.require_version(programme)
    return programme, file


def _rules(kind: ProgrammeKind, pack: CasesPack) -> ProgrammeRules:
    try:
        return pack.programmes[kind]
    except KeyError:
        raise errors.not_offered(kind) from None


def _drawn_up(form: ProgrammeForm, file: CaseFile, rules: ProgrammeRules, pack: CasesPack, unit: Unit) -> Content:
    return draw_up(form, rules, pack, unit.regions[file.region].calendar, unit.new_id)


def _check_grounds(file: CaseFile, content: Outline, rules: ProgrammeRules, pack: CasesPack, day: date) -> Ippsu | None:
    file.require_steps(rules.requires, day, pack)
    ippsu = file.valid_ippsu(content.starts_on, content.ends_on)
    if Step.IPPSU in rules.requires and ippsu is None:
        raise errors.no_valid_ippsu(content.starts_on, content.ends_on)
    file.require_ground(rules.purpose, day, pack)
    return ippsu


async def _refuse_overlap(programme: Programme, content: Outline, unit: Unit) -> None:
    other = await unit.session.scalar(
        select(ProgrammeVersion.programme_id)
        .join(Programme, Programme.id == ProgrammeVersion.programme_id)
        .where(
            Programme.case_id == programme.case_id,
            Programme.kind == programme.kind,
            Programme.id != programme.id,
            ProgrammeVersion.state == ProgrammeState.APPROVED,
            ProgrammeVersion.starts_on <= content.ends_on,
            ProgrammeVersion.ends_on >= content.starts_on,
        )
        .limit(1)
    )
    if other is not None:
        raise errors.overlaps(other)


async def _sealed_reach(
    programme: Programme, file: CaseFile, unit: Unit
) -> tuple[Sealed[Address] | None, Sealed[Contact] | None]:
    key = await unit.keys.get(file.child_id)
    family = await unit.session.get(Family, file.id)
    representative = await unit.session.get(Representative, (file.id, file.representative_id))
    return _sealed_address(programme, family, key), _sealed_contact(programme, representative, key)


def _sealed_address(programme: Programme, family: Family | None, key: PersonKey) -> Sealed[Address] | None:
    if family is None or family.address is None:
        return None
    address = Address(text=family.address, latitude=family.latitude, longitude=family.longitude)
    return seal(address, key, place(ProgrammeApproved.fact_name(), "address", programme.id))


def _sealed_contact(programme: Programme, person: Representative | None, key: PersonKey) -> Sealed[Contact] | None:
    if person is None:
        return None
    contact = Contact(name=person.name, phone=person.phone, email=person.email)
    return seal(contact, key, place(ProgrammeApproved.fact_name(), "contact", programme.id))


def _midnight_after(day: date, file: CaseFile, unit: Unit) -> datetime:
    return datetime.combine(day + timedelta(days=1), time.min, zone(unit, file.region))
