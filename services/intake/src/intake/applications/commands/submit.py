"""An application comes in."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import workdays
from chassis.access.tokens import token_digest
from chassis.regions import Region
from chassis.work import Unit
from contracts.identifiers import AgeBand, named_id
from contracts.intake import ApplicationSubmitted
from contracts.personal import Contact
from contracts.sealed import PersonKey, Sealed, place, seal
from pydantic import BaseModel

from intake.acting import hold_token
from intake.applications.commands.checks import (
    check_consents,
    check_entry_point,
    check_protocol,
    check_source,
    check_triggers,
    is_staff,
)
from intake.applications.commands.form import SubmitApplication
from intake.applications.commands.index_names import index_application, token_maker
from intake.applications.model.application import Application
from intake.applications.model.papers import ConsentDocument, Filing, Papers
from intake.applications.pack import IntakePack
from intake.applications.page import status_url
from intake.applications.personal import Child, Health, Home, Representative, Words, shut, shut_if_any
from intake.particulars.ages import age_band
from intake.particulars.checks import check_birth_date, known_territory
from intake.particulars.consents import ConsentGiven
from intake.particulars.numbers import next_number
from intake.particulars.phone import normalised
from intake.terms import computed

TOKEN_BYTES = 32
CALL_BACK_DUE = "call_back_due"
FIND_DUPLICATES = "find_duplicates"


class CallBack(BaseModel):
    """By when we call, and why then (D2-17, D0-38)."""

    due_at: datetime
    provisional: bool
    explanation: str
    explanation_en: str

    @classmethod
    def of(cls, due: workdays.Deadline) -> CallBack:
        return cls(
            due_at=due.due_at,
            provisional=due.provisional,
            explanation=due.explanation.text("ru"),
            explanation_en=due.explanation.text("en"),
        )


class RightService(BaseModel):
    """Where a family is shown to whose child is outside the age bands served here (D2-03)."""

    title: str
    advice: str
    advice_en: str
    phone: str
    organisation_id: UUID | None


class Submitted(BaseModel):
    """The answer to an application. The token opens the status page; it is shown here once and never stored."""

    id: UUID
    number: str
    outcome: Literal["submitted", "redirected"]
    status_token: str
    status_url: str
    call_back: CallBack | None = None
    redirected_to: RightService | None = None


@dataclass(frozen=True, slots=True)
class _People:
    """The keys of the two persons of an application."""

    child: PersonKey
    representative: PersonKey


@dataclass(frozen=True, slots=True)
class KnownFamily:
    """A family that is known here before it applies, and the organisation that coordinates it."""

    child_id: UUID
    representative_id: UUID
    organisation_id: UUID | None


async def submit_application(command: SubmitApplication, unit: Unit, known: KnownFamily | None = None) -> Submitted:
    """File an application (D2-13, D2-16); a child outside the age bands served is redirected, not refused (D2-03)."""
    pack = unit.packs.of(IntakePack, command.region)
    region = unit.regions[command.region]
    territory = known_territory(command.territory, region)
    phone = normalised(command.phone)
    today = unit.now.astimezone(region.zone_of(territory.partition("/")[2] or None)).date()
    check_birth_date(command.birth_date, today)
    check_source(command.source, unit.actor)
    check_entry_point(command.entry_point, pack)
    check_triggers(command.triggers, pack)
    check_protocol(command.protocol_follows, pack, unit.actor)
    check_consents(command, pack, is_staff(unit.actor), unit.now)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    band = age_band(command.birth_date, today, pack.age_bands)
    people = await _people(known, unit)
    organisation_id = (known and known.organisation_id) or _coordinating(command.region, pack)
    application_id = command.id or unit.new_id()
    papers = _sealed(command, phone, people, application_id)
    due = await _call_back(application_id, territory, pack, region, unit) if band in pack.serves else None
    contact = _contact(command, phone, people.representative, application_id)
    await _make_findable(command, phone, application_id, organisation_id, unit)
    await hold_token(unit.session, token_digest(token))
    number = await next_number(unit.session, region.code, pack.number_prefix, unit.now, region.zone)
    filing = _filing(
        command, organisation_id, people, application_id, number, territory, band, token_digest(token), unit
    )
    answer: dict[str, Any] = {
        "id": filing.id,
        "number": number,
        "status_token": token,
        "status_url": status_url(unit.settings, token),
    }
    if due is None:
        right = _right_service(filing, pack)
        await _store(Application.redirect(filing, papers, right.organisation_id), command.consents, unit)
        return Submitted(**answer, outcome="redirected", redirected_to=right)
    application = Application.submit(filing, papers, due, contact)
    if command.protocol_follows and pack.terms.protocol:
        application.expect_protocol(computed(pack.terms.protocol, unit.now, region, territory))
    await _store(application, command.consents, unit)
    return Submitted(**answer, outcome="submitted", call_back=CallBack.of(due))


async def _people(known: KnownFamily | None, unit: Unit) -> _People:
    if known is None:
        return _People(*await unit.keys.create_many([unit.new_id(), unit.new_id()]))
    return _People(await unit.keys.get(known.child_id), await unit.keys.get(known.representative_id))


async def _make_findable(
    command: SubmitApplication, phone: str, application_id: UUID, organisation_id: UUID, unit: Unit
) -> None:
    """Enter the tokens; the worker then looks for earlier applications, which the public may not see."""
    maker = token_maker(unit)
    told = maker.of_child(command.child_name, command.birth_date)
    told |= maker.of_representative(command.representative_name, phone)
    await index_application(application_id, organisation_id, told, unit)
    await unit.timers.set(FIND_DUPLICATES, application_id, unit.now)


async def _call_back(
    application_id: UUID, territory: str, pack: IntakePack, region: Region, unit: Unit
) -> workdays.Deadline:
    due = computed(pack.terms.call_back, unit.now, region, territory)
    await unit.timers.set(CALL_BACK_DUE, application_id, due.due_at)
    return due


def _right_service(filing: Filing, pack: IntakePack) -> RightService:
    right = pack.redirect(filing.age_band)
    code = right.organisation
    return RightService(
        title=right.title,
        advice=right.advice,
        advice_en=right.advice_en,
        phone=right.phone,
        organisation_id=named_id("organisation", f"{filing.region}/{code}") if code else None,
    )


async def _store(application: Application, consents: list[ConsentGiven], unit: Unit) -> None:
    unit.session.add(application)
    for given in consents:
        document = ConsentDocument(id=unit.new_id(), application_id=application.id, **given.model_dump())
        application.give_consent(document)
    await unit.session.flush()


def _coordinating(region: str, pack: IntakePack) -> UUID:
    return named_id("organisation", f"{region}/{pack.coordinating_organisation}")


def _filing(
    command: SubmitApplication,
    organisation_id: UUID,
    people: _People,
    application_id: UUID,
    number: str,
    territory: str,
    band: AgeBand,
    digest: str,
    unit: Unit,
) -> Filing:
    return Filing(
        id=application_id,
        number=number,
        region=command.region,
        territory=territory,
        residence_territory=territory,
        source=command.source,
        entry_point=command.entry_point,
        age_band=band,
        child_id=people.child.person_id,
        representative_id=people.representative.person_id,
        organisation_id=organisation_id,
        token_digest=digest,
        registered_in_region=command.registered_in_region,
        submitted_at=unit.now,
        filed_by=unit.actor.id if is_staff(unit.actor) else None,
    )


def _sealed(command: SubmitApplication, phone: str, people: _People, application_id: UUID) -> Papers:
    location = command.actual_location.model_dump() if command.actual_location else {}
    representative = Representative(name=command.representative_name, phone=phone, email=command.email)
    child = Child(name=command.child_name, birth_date=command.birth_date)
    return Papers(
        representative=shut(representative, people.representative, application_id),
        child=shut(child, people.child, application_id),
        home=shut_if_any(Home(address=command.actual_address, **location), people.child, application_id),
        words=shut_if_any(Words(comment=command.comment), people.child, application_id),
        health=shut_if_any(
            Health(diagnosis=command.diagnosis, triggers=tuple(command.triggers)), people.child, application_id
        ),
    )


def _contact(command: SubmitApplication, phone: str, key: PersonKey, application_id: UUID) -> Sealed[Contact]:
    contact = Contact(name=command.representative_name, phone=phone, email=command.email)
    return seal(contact, key, place(ApplicationSubmitted.fact_name(), "contact", application_id))
