"""An application from the form to its acceptance or withdrawal."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime

from contracts.event import Event, Moment
from contracts.identifiers import (
    AgeBand,
    ApplicationSource,
    CallOutcome,
    Code,
    ConsentForm,
    Digest,
    Number,
    Purpose,
)
from contracts.personal import Contact, FileOpening
from contracts.sealed import Sealed


class ApplicationSubmittedV1(Event, aggregate="application", fact="submitted", version=1):
    """An application came in; superseded by version 2, which splits the source from the entry point."""

    application_id: UUID
    number: Number
    region: Code
    child_id: UUID
    representative_id: UUID
    age_band: AgeBand
    source: Code
    submitted_at: AwareDatetime
    call_back_due: Moment
    contact: Sealed[Contact]

    def upcast(self) -> ApplicationSubmitted:
        source, _, entry_point = self.source.partition(":")
        return ApplicationSubmitted(
            **self.model_dump(exclude={"source", "contact", "call_back_due"}),
            contact=self.contact,
            call_back_due=self.call_back_due,
            source=ApplicationSource(source),
            entry_point=entry_point or None,
            territory=self.region,
        )


class ApplicationSubmitted(Event, aggregate="application", fact="submitted", version=2):
    """An application came in and waits for its call back (D2-13, D2-16, D2-17)."""

    application_id: UUID
    number: Number
    region: Code
    territory: Code
    child_id: UUID
    representative_id: UUID
    age_band: AgeBand
    source: ApplicationSource
    entry_point: Code | None = None
    submitted_at: AwareDatetime
    call_back_due: Moment
    contact: Sealed[Contact]

    def twins(self) -> tuple[Event, ...]:
        source = f"{self.source}:{self.entry_point}" if self.entry_point else str(self.source)
        kept = self.model_dump(exclude={"source", "entry_point", "territory", "contact", "call_back_due"})
        return (ApplicationSubmittedV1(**kept, contact=self.contact, call_back_due=self.call_back_due, source=source),)


class ApplicationRedirected(Event, aggregate="application", fact="redirected"):
    """The child is outside the service's age band; the family was shown the right service, not refused (D2-03)."""

    application_id: UUID
    region: Code
    age_band: AgeBand
    organisation_id: UUID | None
    source: ApplicationSource
    submitted_at: AwareDatetime


class ApplicationTaken(Event, aggregate="application", fact="taken"):
    """A coordinator of the coordination centre took the application (D2-23)."""

    application_id: UUID
    coordinator_id: UUID
    organisation_id: UUID
    taken_at: AwareDatetime


class CallRecorded(Event, aggregate="application", fact="call_recorded"):
    """A call back was made (D2-17, D2-18). Only a reached family ends the call-back deadline."""

    application_id: UUID
    region: Code
    outcome: CallOutcome
    called_at: AwareDatetime
    due_at: AwareDatetime
    on_time: bool
    first_appointment_due: Moment | None = None


class ApplicationHandedOver(Event, aggregate="application", fact="handed_over"):
    """The coordinator handed the application to a territorial service, which must now accept it (D2-23)."""

    application_id: UUID
    region: Code
    coordinator_id: UUID
    coordinating_organisation_id: UUID
    serving_organisation_id: UUID
    territory: Code
    acceptance_due: Moment
    first_appointment_due: Moment


class ApplicationReturned(Event, aggregate="application", fact="returned"):
    """The territorial service returned the application; the reason is a code of the pack."""

    application_id: UUID
    serving_organisation_id: UUID
    reason_code: Code
    returned_at: AwareDatetime


class ApplicationAccepted(Event, aggregate="application", fact="accepted"):
    """The territorial service accepted: a case file opens from this fact, exactly once (D0-24, D0-32, D3-34)."""

    application_id: UUID
    number: Number
    region: Code
    territory: Code
    child_id: UUID
    representative_id: UUID
    age_band: AgeBand
    coordinator_id: UUID
    coordinating_organisation_id: UUID
    serving_organisation_id: UUID
    accepted_at: AwareDatetime
    first_appointment_due: Moment
    opening: Sealed[FileOpening]


class ApplicationWithdrawn(Event, aggregate="application", fact="withdrawn"):
    """The family withdrew its application."""

    application_id: UUID
    region: Code
    withdrawn_at: AwareDatetime


class ApplicationDeadlineMoved(Event, aggregate="application", fact="deadline_moved"):
    """A deadline was computed again because a calendar or term changed; replaces the moment told before."""

    application_id: UUID
    kind: Literal["call_back", "acceptance", "first_appointment"]
    due: Moment
    moved_at: AwareDatetime


class ConsentTicked(Event, aggregate="application", fact="consent_ticked"):
    """A consent document of one purpose was given with the application (D0-22); a tick is not a written consent."""

    application_id: UUID
    consent_id: UUID
    child_id: UUID
    representative_id: UUID
    purpose: Purpose
    form: ConsentForm
    text_version: Code
    text_hash: Digest
    given_at: AwareDatetime


class DiagnosisProtocolAttached(Event, aggregate="application", fact="protocol_attached"):
    """The joint protocol of announcing a diagnosis lies with the application (D2-08); the file stays in intake."""

    application_id: UUID
    child_id: UUID
    file_id: UUID
    attached_at: AwareDatetime


class ApplicationDuplicateLinked(Event, aggregate="application", fact="duplicate_linked"):
    """An earlier application looks like the same child's: linked, never refused; a person confirms or rejects it."""

    application_id: UUID
    earlier_application_id: UUID
    state: Literal["found", "confirmed", "rejected"]
    linked_at: AwareDatetime


class ApplicationTerritoriesSet(Event, aggregate="application", fact="territories_set"):
    """Where the family lives and who answers for it are two territories (T15)."""

    application_id: UUID
    residence_territory: Code
    responsible_territory: Code
    set_at: AwareDatetime
