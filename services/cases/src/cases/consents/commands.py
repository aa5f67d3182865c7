"""Consents: recorded in writing at the first appointment, withdrawn at any time."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from chassis.errors import not_found
from chassis.work import Unit
from contracts.identifiers import Code, ConsentForm, Digest, Purpose
from contracts.intake import ConsentTicked
from pydantic import BaseModel, ConfigDict
from sqlalchemy import select

from cases.files import errors
from cases.files.commands import file_progress
from cases.files.model import CaseFile, Consent, TickedConsent
from cases.local_time import local_day, today
from cases.pack import CasesPack, Step
from cases.requests import Command


class ConsentEntered(BaseModel):
    """The entry's id, and where the file stands."""

    id: UUID
    case_id: UUID
    version: int
    done: list[Step]


class RecordConsent(Command):
    """One document for one purpose. ``text_version`` defaults to the pack's current text."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"purpose": "health", "form": "paper", "text_version": "2026-1", "given_on": "2026-03-03"}]
        }
    )

    id: UUID | None = None
    purpose: Purpose
    form: ConsentForm
    text_version: Code | None = None
    text_hash: Digest | None = None
    given_on: date | None = None


async def record_consent(case_id: UUID, command: RecordConsent, unit: Unit) -> ConsentEntered:
    """Enter a written consent of the representative whose authority was checked with the documents."""
    file = await unit.get(CaseFile, case_id, "consent:record", under=True)
    pack, day = unit.packs.of(CasesPack, file.region), today(unit, file.region)
    version = command.text_version or pack.consents.texts.get(command.purpose)
    if version is None:
        raise errors.unknown_code("purpose")
    consent = Consent(
        id=command.id or unit.new_id(),
        case_id=file.id,
        child_id=file.child_id,
        representative_id=file.representative_id,
        purpose=command.purpose,
        form=command.form,
        text_version=version,
        text_hash=command.text_hash,
        given_on=command.given_on or day,
        recorded_by=unit.actor.id,
        recorded_at=unit.now,
        authority_checked_by=file.documents.seen_by if file.documents else None,
    )
    file.record_consent(consent, day, pack)
    return _entered(consent, file, unit)


async def withdraw_consent(consent_id: UUID, unit: Unit) -> ConsentEntered:
    """Withdraw one consent; what depends on it is withheld from the next read on."""
    consent = await unit.session.get(Consent, consent_id)
    if consent is None:
        raise not_found()
    file = await unit.get(CaseFile, consent.case_id, "consent:withdraw", under=True)
    file.withdraw_consent(consent_id, unit.actor.id, unit.now)
    return _entered(consent, file, unit)


async def keep_ticked_consent(event: ConsentTicked, unit: Unit) -> None:
    """Keep a consent given with the application until its file opens, or enter it where the file is open."""
    tick = TickedConsent(
        consent_id=event.consent_id,
        application_id=event.application_id,
        child_id=event.child_id,
        representative_id=event.representative_id,
        purpose=event.purpose,
        form=event.form,
        text_version=event.text_version,
        text_hash=event.text_hash,
        given_at=event.given_at,
    )
    file = await unit.session.scalar(select(CaseFile).where(CaseFile.application_id == event.application_id))
    if file is None:
        await unit.session.merge(tick)
    else:
        await unit.session.merge(tick.as_consent(file.id, local_day(unit, file.region, event.given_at), unit.now))


def _entered(consent: Consent, file: CaseFile, unit: Unit) -> ConsentEntered:
    stands = file_progress(file, unit)
    return ConsentEntered(id=consent.id, case_id=file.id, version=stands.version, done=stands.done)
