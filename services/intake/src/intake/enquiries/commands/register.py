"""Step 1: a question is entered in the journal, whoever brings it (D1-11…D1-16, D1-20)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from chassis.access.tokens import token_digest
from chassis.errors import forbidden
from chassis.regions import Region
from chassis.settings import ServiceSettings
from chassis.work import Unit
from contracts.access import Role
from contracts.identifiers import EnquiryChannel, FamilyStatus
from contracts.intake import EnquiryRegistered
from contracts.personal import Contact
from contracts.sealed import PersonKey, Sealed, place, seal
from pydantic import BaseModel

from intake.acting import hold_token
from intake.enquiries.commands.form import RegisterEnquiry, SubmitEnquiry
from intake.enquiries.commands.index_words import index_words
from intake.enquiries.commands.take_number import next_number
from intake.enquiries.errors import needed, time_impossible, unknown_code
from intake.enquiries.model.enquiry import Enquiry
from intake.enquiries.model.papers import Author, Due, Entry, Sheets, ThreadMessage
from intake.enquiries.pack import EnquiriesPack, Journal
from intake.enquiries.packs import keeper, question_url
from intake.enquiries.personal import Caller, Place, Words, shut
from intake.enquiries.queries.keys import organisation_key
from intake.particulars.checks import CLOCK_SKEW, known_territory
from intake.particulars.phone import normalised
from intake.terms import computed

TOKEN_BYTES = 32
DUE = "enquiry_due"
OLDEST = timedelta(days=31)
"""How long ago a question may have come that is written down only now."""

ANSWERED_BY = {
    EnquiryChannel.HELPLINE: EnquiryChannel.PHONE,
    EnquiryChannel.IN_PERSON: EnquiryChannel.PHONE,
    EnquiryChannel.FORM: EnquiryChannel.EMAIL,
}
"""Where the answer does not go back the very same way (D1-17)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question as it came, through whichever door."""

    id: UUID | None = None
    region: str
    journal: Journal
    territory: str
    channel: EnquiryChannel
    anonymous: bool = False
    caller: Caller
    address: str | None = None
    words: str
    status: FamilyStatus | None = None
    theme: str | None = None
    help_kind: str | None = None
    complaint: bool = False
    answer_channel: EnquiryChannel | None = None
    asked_by: UUID | None = None
    source_digest: str | None = None
    consent_version: str | None = None
    received_at: datetime

    def by(self, caller: Caller) -> Question:
        """The same question, asked by somebody known."""
        return replace(self, caller=caller)


class Registered(BaseModel):
    """The answer: number, by when and why then (D0-38), and the token that opens the thread, shown here once."""

    id: UUID
    number: str
    journal_number: int
    due_at: datetime
    provisional: bool
    explanation: str
    explanation_en: str
    status_token: str
    status_url: str


async def register_enquiry(command: RegisterEnquiry, unit: Unit) -> Registered:
    """Staff write down a question in the journal of their organisation."""
    region, pack = _region(command.region, unit), unit.packs.of(EnquiriesPack, command.region)
    territory = known_territory(command.territory, region)
    received_at = command.received_at or unit.now
    if not unit.now - OLDEST <= received_at <= unit.now + CLOCK_SKEW:
        raise time_impossible("received_at")
    question = Question(
        region=command.region,
        journal=_own_journal(command, pack, territory, unit),
        territory=territory,
        status=command.status,
        complaint=command.complaint,
        received_at=received_at,
        **_said(command, pack),
    )
    return await enter(question, unit)


async def submit_enquiry(region_code: str, command: SubmitEnquiry, unit: Unit) -> Registered:
    """Anybody asks, by the form or in «окно специалиста»; free of charge and without login (D1-01, D0-11)."""
    region, pack = _region(region_code, unit), unit.packs.of(EnquiriesPack, region_code)
    if not command.anonymous and command.agreed_version != pack.form.consent_version:
        raise needed(
            "agreed_version", "Прочитайте согласие и подтвердите его.", "Read the consent text and agree to it."
        )
    territory = known_territory(command.territory, region)
    account = Role.ACCOUNT in unit.actor.roles and not command.anonymous
    question = Question(
        region=region_code,
        journal=pack.journal_for(territory.rpartition("/")[2]),
        territory=territory,
        asked_by=unit.actor.id if account else None,
        consent_version=None if command.anonymous else command.agreed_version,
        received_at=unit.now,
        **_said(command, pack),
    )
    return await enter(question, unit)


async def enter(question: Question, unit: Unit) -> Registered:
    """Enter a question in its journal. From here on the journal's other entries wait for this commit."""
    pack, region = unit.packs.of(EnquiriesPack, question.region), unit.regions[question.region]
    organisation_id = keeper(question.region, question.journal)
    enquiry_id, token = question.id or unit.new_id(), secrets.token_urlsafe(TOKEN_BYTES)
    due = Due(question.received_at, term_of(pack, question.complaint, question.received_at, region, question.territory))
    key = await _key(question, organisation_id, unit)
    await unit.timers.set(DUE, enquiry_id, due.found.due_at)
    await hold_token(unit.session, token_digest(token))
    year = unit.now.astimezone(region.zone).year
    number = await next_number(unit.session, organisation_id, year)
    entry = _entry(question, enquiry_id, organisation_id, key.person_id, number, year, token_digest(token), unit)
    enquiry = Enquiry.register(entry, _sheets(question, key, enquiry_id), due, _contact(question, key, enquiry_id))
    unit.session.add(enquiry)
    await unit.session.flush()
    unit.session.add(_first_message(question, key, enquiry_id, unit))
    await index_words(enquiry, [question.caller.name, question.address, question.words], unit)
    return _registered(enquiry, token, unit.settings)


def term_of(pack: EnquiriesPack, complaint: bool, since: datetime, region: Region, territory: str) -> Any:
    """When the answer is due: a complaint has the term of the law on appeals, all else the pack's 1-2 days."""
    return computed(pack.terms.complaint if complaint else pack.terms.answer, since, region, territory)


def check_codes(theme: str | None, help_kind: str | None, pack: EnquiriesPack) -> None:
    """Theme and kind of help are entries of the pack's dictionaries (D0-36, D1-10)."""
    if theme is not None and pack.theme(theme) is None:
        raise unknown_code("theme", [entry.code for entry in pack.themes])
    if help_kind is not None and pack.help_kind(help_kind) is None:
        raise unknown_code("help_kind", [entry.code for entry in pack.help_kinds])


def _region(code: str, unit: Unit) -> Region:
    unit.packs.of(EnquiriesPack, code)
    return unit.regions[code]


def _said(command: RegisterEnquiry | SubmitEnquiry, pack: EnquiriesPack) -> dict[str, Any]:
    check_codes(command.theme, command.help_kind, pack)
    phone = normalised(command.phone) if command.phone else None
    chosen = command.answer_channel
    if chosen in {EnquiryChannel.EMAIL, EnquiryChannel.FORM} and command.email is None:
        raise needed("email", "Для ответа по почте нужен адрес.", "An answer by e-mail needs an address.")
    if chosen in {EnquiryChannel.PHONE, EnquiryChannel.SMS} and phone is None:
        raise needed("phone", "Для ответа по телефону нужен номер.", "An answer by phone needs a number.")
    return {
        "id": command.id,
        "channel": command.channel,
        "anonymous": command.anonymous,
        "caller": Caller(name=command.name, phone=phone, email=command.email),
        "address": command.address,
        "words": command.question,
        "theme": command.theme,
        "help_kind": command.help_kind,
        "answer_channel": chosen,
    }


def _own_journal(command: RegisterEnquiry, pack: EnquiriesPack, territory: str, unit: Unit) -> Journal:
    mine = [j for j in pack.journals if keeper(command.region, j) in unit.actor.organisation_ids]
    if command.organisation_id is not None:
        mine = [journal for journal in mine if keeper(command.region, journal) == command.organisation_id]
    usual = pack.journal_for(territory.rpartition("/")[2])
    if not mine:
        raise forbidden()
    return usual if usual in mine else mine[0]


async def _key(question: Question, organisation_id: UUID, unit: Unit) -> PersonKey:
    if question.anonymous:
        return await organisation_key(organisation_id, unit)
    return await unit.keys.create(unit.new_id())


def _entry(
    question: Question,
    enquiry_id: UUID,
    organisation_id: UUID,
    person_id: UUID,
    number: int,
    year: int,
    digest: str,
    unit: Unit,
) -> Entry:
    return Entry(
        id=enquiry_id,
        number=number,
        year=year,
        registration=f"{question.journal.number_prefix}-{year}-{number:06d}",
        region=question.region,
        territory=question.territory,
        organisation_id=organisation_id,
        person_id=person_id,
        channel=question.channel,
        answer_channel=question.answer_channel or usual_answer(question),
        anonymous=question.anonymous,
        complaint=question.complaint,
        status=question.status,
        theme=question.theme,
        help_kind=question.help_kind,
        asked_by=question.asked_by,
        token_digest=digest,
        source_digest=question.source_digest,
        consent_version=question.consent_version,
        received_at=question.received_at,
        registered_at=unit.now,
        registered_by=unit.actor.id if unit.actor.organisation_ids else None,
    )


def usual_answer(question: Question) -> EnquiryChannel:
    """The channel the answer takes unless the family chose one (D1-17): the question's own where it leads back."""
    caller, back = question.caller, ANSWERED_BY.get(question.channel, question.channel)
    if back is EnquiryChannel.EMAIL and caller.email is None:
        back = EnquiryChannel.PHONE
    if back in {EnquiryChannel.PHONE, EnquiryChannel.SMS} and caller.phone is None:
        return EnquiryChannel.WINDOW
    return back


def _sheets(question: Question, key: PersonKey, enquiry_id: UUID) -> Sheets:
    return Sheets(
        caller=None if question.anonymous else shut(question.caller, key, enquiry_id),
        place=shut(Place(address=question.address), key, enquiry_id) if question.address else None,
        question=shut(Words(text=question.words), key, enquiry_id, "question"),
    )


def _first_message(question: Question, key: PersonKey, enquiry_id: UUID, unit: Unit) -> ThreadMessage:
    message_id = unit.new_id()
    return ThreadMessage(
        id=message_id,
        enquiry_id=enquiry_id,
        author=Author.FAMILY,
        written_at=question.received_at,
        written_by=question.asked_by,
        words=shut(Words(text=question.words), key, message_id),
    )


def _contact(question: Question, key: PersonKey, enquiry_id: UUID) -> Sealed[Contact] | None:
    caller = question.caller
    if question.anonymous or not (caller.phone or caller.email):
        return None
    contact = Contact(name=caller.name or "", phone=caller.phone or "", email=caller.email)
    return seal(contact, key, place(EnquiryRegistered.fact_name(), "contact", enquiry_id))


def _registered(enquiry: Enquiry, token: str, settings: ServiceSettings) -> Registered:
    return Registered(
        id=enquiry.id,
        number=enquiry.registration,
        journal_number=enquiry.number,
        due_at=enquiry.due_at,
        provisional=enquiry.due_provisional,
        explanation=enquiry.explained.text("ru"),
        explanation_en=enquiry.explained.text("en"),
        status_token=token,
        status_url=question_url(settings, token),
    )
