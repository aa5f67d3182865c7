"""Enquiries of the journal and the answers that were published."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime

from contracts.event import Event, Moment
from contracts.identifiers import (
    Code,
    EnquiryChannel,
    EnquiryOutcome,
    Number,
)
from contracts.personal import Contact, EnquiryAnswer
from contracts.sealed import Sealed


class EnquiryRegistered(Event, aggregate="enquiry", fact="registered"):
    """A question stands in the journal and has its due time (D1-11, D1-14…D1-16). Without a contact where anonymous.

    ``theme`` and ``help_kind`` are codes of the pack's two dictionaries; None until somebody has read the letter.
    """

    enquiry_id: UUID
    number: Number
    region: Code
    territory: Code
    organisation_id: UUID
    person_id: UUID | None
    channel: EnquiryChannel
    theme: Code | None = None
    help_kind: Code | None = None
    anonymous: bool = False
    complaint: bool = False
    registered_at: AwareDatetime
    due: Moment
    contact: Sealed[Contact] | None = None


class EnquiryClassified(Event, aggregate="enquiry", fact="classified"):
    """Theme, kind of help or the complaint flag were set or corrected; a complaint runs by its own term (59-FZ)."""

    enquiry_id: UUID
    theme: Code | None
    help_kind: Code | None
    complaint: bool
    due: Moment


class EnquiryAssigned(Event, aggregate="enquiry", fact="assigned"):
    """The competent specialist was made responsible, or another one in his or her stead (D1-20)."""

    enquiry_id: UUID
    specialist_id: UUID
    assigned_at: AwareDatetime


class EnquiryServed(Event, aggregate="enquiry", fact="served"):
    """The specialist works on the question (D1-20). Again after the family asked on: then with a new due time."""

    enquiry_id: UUID
    serving_since: AwareDatetime
    due: Moment


class EnquiryAnswered(Event, aggregate="enquiry", fact="answered"):
    """The answer is written and leaves by this channel (D1-17); the text travels only where notifications send it."""

    enquiry_id: UUID
    number: Number
    region: Code
    territory: Code
    organisation_id: UUID
    person_id: UUID | None
    channel: EnquiryChannel
    answered_at: AwareDatetime
    contact: Sealed[Contact] | None = None
    answer: Sealed[EnquiryAnswer] | None = None


class EnquiryAnswerGiven(Event, aggregate="enquiry", fact="answer_given"):
    """The person has the answer: told, shown, or taken by the channel. Only this ends the due time."""

    enquiry_id: UUID
    channel: EnquiryChannel
    given_at: AwareDatetime
    due_at: AwareDatetime
    on_time: bool


class EnquiryResultRecorded(Event, aggregate="enquiry", fact="result_recorded"):
    """The result stands in the journal: the last of the five steps (D0-37, D1-20)."""

    enquiry_id: UUID
    outcome: EnquiryOutcome
    recorded_at: AwareDatetime


class EnquiryAsked(Event, aggregate="enquiry", fact="asked"):
    """The family wrote on in its thread (D0-11)."""

    enquiry_id: UUID
    asked_at: AwareDatetime


class EnquiryAmended(Event, aggregate="enquiry", fact="amended"):
    """A column of the journal was corrected by a visible amendment; ``outcome`` as it stands now."""

    enquiry_id: UUID
    position: int
    column: Literal[
        "name", "phone", "email", "address", "status", "reason", "theme", "help_kind", "complaint", "result", "outcome"
    ]
    outcome: EnquiryOutcome | None
    amended_at: AwareDatetime


class EnquiryDueMoved(Event, aggregate="enquiry", fact="due_moved"):
    """The due time was computed again because a calendar or term changed."""

    enquiry_id: UUID
    due: Moment
    moved_at: AwareDatetime


class PublicAnswerPublished(Event, aggregate="public_answer", fact="published"):
    """An editor published a depersonalised question with its answer (D0-11)."""

    public_answer_id: UUID
    region: Code
    organisation_id: UUID
    theme: Code
    published_at: AwareDatetime


class PublicAnswerDrafted(Event, aggregate="public_answer", fact="drafted"):
    """Staff proposed a depersonalised question with its answer for publication."""

    public_answer_id: UUID
    region: Code
    organisation_id: UUID
    theme: Code
    drafted_at: AwareDatetime


class PublicAnswerWithdrawn(Event, aggregate="public_answer", fact="withdrawn"):
    """A published question and answer was taken down."""

    public_answer_id: UUID
    region: Code
    withdrawn_at: AwareDatetime
