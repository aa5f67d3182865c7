"""The contact ladder: how a family is found, told, met."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from pydantic import AwareDatetime

from contracts.event import Event, Moment
from contracts.identifiers import (
    AgeBand,
    Code,
    ContactOutcome,
    ContactStep,
    DeliveryMode,
    FindingWay,
    OutreachOutcome,
)
from contracts.personal import Address, Contact
from contracts.sealed import Sealed


class OutreachOpened(Event, aggregate="outreach", fact="opened"):
    """A family was found and will be told what it may have (D3-14…D3-16); work starts within its term (D3-15)."""

    outreach_id: UUID
    region: Code
    territory: Code
    organisation_id: UUID
    child_id: UUID
    age_band: AgeBand
    way: FindingWay
    origin_id: UUID | None
    responsible_id: UUID | None = None
    found_at: AwareDatetime
    start_due: Moment


class OutreachAssigned(Event, aggregate="outreach", fact="assigned"):
    """A person responsible for finding families has this one now (D3-13)."""

    outreach_id: UUID
    responsible_id: UUID
    assigned_at: AwareDatetime


class OutreachAttempted(Event, aggregate="outreach", fact="attempted"):
    """One attempt to reach the family (D3-16); the first one says whether work started on time (D3-15).

    ``due_at``: by when the open step is tried again, where this attempt has settled that.
    """

    outreach_id: UUID
    step: ContactStep
    position: int
    outcome: ContactOutcome
    attempted_at: AwareDatetime
    next_try_at: AwareDatetime | None = None
    due_at: AwareDatetime | None = None
    started_on_time: bool | None = None


class OutreachStepOpened(Event, aggregate="outreach", fact="step_opened"):
    """The next step of the ladder is open (D3-19, D3-20).

    A visit carries where to drive and whom to ask for; a letter the address; nothing else of the family.
    """

    outreach_id: UUID
    region: Code
    territory: Code
    organisation_id: UUID
    step: ContactStep
    because: Code
    meeting: bool
    due: Moment
    contact: Sealed[Contact] | None = None
    address: Sealed[Address] | None = None


class OutreachStepSkipped(Event, aggregate="outreach", fact="step_skipped"):
    """A step of the ladder was passed over; the reason is a code of the pack."""

    outreach_id: UUID
    step: ContactStep
    reason: Code
    skipped_at: AwareDatetime


class OutreachNotified(Event, aggregate="outreach", fact="notified"):
    """The family knows that it may have accompaniment: the fact of notification (D3-18)."""

    outreach_id: UUID
    step: ContactStep
    notified_at: AwareDatetime


class OutreachLetterPosted(Event, aggregate="outreach", fact="letter_posted"):
    """The letter was handed to the post; its tracking number stands with the outreach (D3-20)."""

    outreach_id: UUID
    letter_id: UUID
    posted_on: date


class OutreachMeetingAgreed(Event, aggregate="outreach", fact="meeting_agreed"):
    """The family agreed; date and time of the meeting are fixed (D3-17)."""

    outreach_id: UUID
    organisation_id: UUID
    territory: Code
    meets_at: AwareDatetime
    place: DeliveryMode


class OutreachMet(Event, aggregate="outreach", fact="met"):
    """The meeting took place; the survey is due the same day (D3-19, D3-21)."""

    outreach_id: UUID
    met_at: AwareDatetime
    place: DeliveryMode
    survey_due: Moment


class OutreachSurveyed(Event, aggregate="outreach", fact="surveyed"):
    """The survey of the meeting is entered; what the family needs stays sealed (D3-21)."""

    outreach_id: UUID
    surveyed_at: AwareDatetime
    same_day: bool


class OutreachStageDone(Event, aggregate="outreach", fact="stage_done"):
    """One of the seven stages of finding is done (D3-43)."""

    outreach_id: UUID
    stage: Code
    done_at: AwareDatetime


class OutreachOverdue(Event, aggregate="outreach", fact="overdue"):
    """A step's term passed without an attempt."""

    outreach_id: UUID
    step: ContactStep
    due_at: AwareDatetime


class OutreachLed(Event, aggregate="outreach", fact="led"):
    """An application was filed for the family that agreed."""

    outreach_id: UUID
    application_id: UUID
    led_at: AwareDatetime


class OutreachClosed(Event, aggregate="outreach", fact="closed"):
    """Outreach ended without agreement; ``reason`` where it was broken off or refused for a stated reason."""

    outreach_id: UUID
    outcome: OutreachOutcome
    reason: Code | None = None
    notified: bool
    closed_at: AwareDatetime


class OutreachDueMoved(Event, aggregate="outreach", fact="due_moved"):
    """The term of the first attempt was computed again: the calendar or the pack's term has changed (D3-15)."""

    outreach_id: UUID
    due: Moment
    moved_at: AwareDatetime
