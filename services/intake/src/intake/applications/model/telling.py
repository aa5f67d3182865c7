"""The longer facts an application tells, from its state."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal
from uuid import UUID

from contracts.event import Moment
from contracts.intake import (
    ApplicationAccepted,
    ApplicationHandedOver,
    ApplicationRedirected,
    ApplicationSubmitted,
    CallRecorded,
    ConsentTicked,
    DiagnosisProtocolAttached,
)
from contracts.personal import Contact, FileOpening
from contracts.sealed import Sealed

from intake.applications.model.deadlines import Deadline
from intake.applications.model.papers import Attachment, CallAttempt, ConsentDocument, Filing

if TYPE_CHECKING:
    from intake.applications.model.application import Application

Judgement = Literal["found", "confirmed", "rejected"]


def submitted(filing: Filing, call_back: Deadline, contact: Sealed[Contact]) -> ApplicationSubmitted:
    return ApplicationSubmitted(
        application_id=filing.id,
        number=filing.number,
        region=filing.region,
        territory=filing.territory,
        child_id=filing.child_id,
        representative_id=filing.representative_id,
        age_band=filing.age_band,
        source=filing.source,
        entry_point=filing.entry_point,
        submitted_at=filing.submitted_at,
        call_back_due=call_back.moment,
        contact=contact,
    )


def redirected(filing: Filing, to_organisation: UUID | None) -> ApplicationRedirected:
    return ApplicationRedirected(
        application_id=filing.id,
        region=filing.region,
        age_band=filing.age_band,
        organisation_id=to_organisation,
        source=filing.source,
        submitted_at=filing.submitted_at,
    )


def consent_ticked(application: Application, document: ConsentDocument) -> ConsentTicked:
    return ConsentTicked(
        application_id=application.id,
        consent_id=document.id,
        child_id=application.child_id,
        representative_id=application.representative_id,
        purpose=document.purpose,
        form=document.form,
        text_version=document.text_version,
        text_hash=document.text_hash,
        given_at=document.given_at,
    )


def protocol_attached(application: Application, attachment: Attachment) -> DiagnosisProtocolAttached:
    return DiagnosisProtocolAttached(
        application_id=application.id,
        child_id=application.child_id,
        file_id=attachment.blob_id,
        attached_at=attachment.attached_at,
    )


def call_recorded(
    application: Application, attempt: CallAttempt, call_back: Deadline, first_appointment: Moment | None
) -> CallRecorded:
    return CallRecorded(
        application_id=application.id,
        region=application.region,
        outcome=attempt.outcome,
        called_at=attempt.called_at,
        due_at=call_back.due_at,
        on_time=attempt.called_at <= call_back.due_at,
        first_appointment_due=first_appointment,
    )


def handed_over(
    application: Application, to_organisation: UUID, coordinator_id: UUID, acceptance: Deadline, first: Deadline
) -> ApplicationHandedOver:
    return ApplicationHandedOver(
        application_id=application.id,
        region=application.region,
        coordinator_id=coordinator_id,
        coordinating_organisation_id=application.organisation_id,
        serving_organisation_id=to_organisation,
        territory=application.territory,
        acceptance_due=acceptance.moment,
        first_appointment_due=first.moment,
    )


def accepted(
    application: Application, first: Deadline, opening: Sealed[FileOpening], now: datetime
) -> ApplicationAccepted:
    coordinator_id, serving_id = application.coordinator_id, application.serving_organisation_id
    if coordinator_id is None or serving_id is None:
        raise AssertionError("a handed-over application has a coordinator and a service")
    return ApplicationAccepted(
        application_id=application.id,
        number=application.number,
        region=application.region,
        territory=application.territory,
        child_id=application.child_id,
        representative_id=application.representative_id,
        age_band=application.age_band,
        coordinator_id=coordinator_id,
        coordinating_organisation_id=application.organisation_id,
        serving_organisation_id=serving_id,
        accepted_at=now,
        first_appointment_due=first.moment,
        opening=opening,
    )
