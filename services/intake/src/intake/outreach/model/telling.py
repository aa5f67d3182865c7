"""Steps of the ladder as rows, and the longer facts an outreach tells."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import workdays
from chassis.errors import DomainError, Kind
from contracts import intake as told
from contracts.event import Moment
from contracts.identifiers import ContactOutcome, ContactStep, OutreachOutcome

from intake.outreach.ladder import Meeting, Travel
from intake.outreach.model.steps import Attempt, LadderStep

if TYPE_CHECKING:
    from intake.outreach.model.outreach import Outreach


def opened(
    outreach_id: UUID,
    position: int,
    step: ContactStep,
    at: datetime,
    because: str,
    due: workdays.Deadline,
    meeting: bool = False,
) -> LadderStep:
    """The row of a step that opens."""
    return LadderStep(
        outreach_id=outreach_id,
        position=position,
        step=step,
        opened_at=at,
        because=because,
        meeting=meeting,
        due_at=due.due_at,
        provisional=due.provisional,
        explanation=due.explanation.to_json(),
        attempts=0,
    )


def asked_for(due: workdays.Deadline, at: datetime) -> workdays.Deadline:
    """The term's explanation with the time the family asked for, where it named one."""
    return due if due.due_at == at else replace(due, due_at=at)


def told_opened(outreach: Outreach, step: LadderStep) -> told.OutreachOpened:
    return told.OutreachOpened(
        outreach_id=outreach.id,
        region=outreach.region,
        territory=outreach.territory,
        organisation_id=outreach.organisation_id,
        child_id=outreach.child_id,
        age_band=outreach.age_band,
        way=outreach.way,
        origin_id=outreach.origin_id,
        responsible_id=outreach.responsible_id,
        found_at=outreach.found_at,
        start_due=step.moment,
    )


def told_attempt(outreach: Outreach, made: Attempt, position: int, on_time: bool | None) -> told.OutreachAttempted:
    return told.OutreachAttempted(
        outreach_id=outreach.id,
        step=made.means,
        position=position,
        outcome=made.outcome,
        attempted_at=made.attempted_at,
        next_try_at=made.next_try_at,
        due_at=made.next_try_at if tried_again(made, outreach.current) else None,
        started_on_time=on_time,
    )


def tried_again(made: Attempt, step: LadderStep) -> bool:
    """Whether the open step waits for the next try of this attempt; one by another means says nothing of it."""
    return made.next_try_at is not None and (made.means is step.step or made.outcome is ContactOutcome.ASKED_LATER)


def told_letter(outreach: Outreach, outcome: ContactOutcome, now: datetime) -> told.OutreachAttempted:
    return told.OutreachAttempted(
        outreach_id=outreach.id,
        step=ContactStep.POST,
        position=outreach.current.position,
        outcome=outcome,
        attempted_at=now,
    )


def told_step(outreach: Outreach, step: LadderStep, travel: Travel | None) -> told.OutreachStepOpened:
    """A call needs nothing that travels; a visit and a letter carry where to."""
    return told.OutreachStepOpened(
        outreach_id=outreach.id,
        region=outreach.region,
        territory=outreach.territory,
        organisation_id=outreach.organisation_id,
        step=step.step,
        because=step.because,
        meeting=step.meeting,
        due=Moment(due_at=step.due_at, provisional=step.provisional),
        contact=travel.contact if travel else None,
        address=travel.address if travel else None,
    )


def told_agreed(outreach: Outreach, meeting: Meeting) -> told.OutreachMeetingAgreed:
    return told.OutreachMeetingAgreed(
        outreach_id=outreach.id,
        organisation_id=outreach.organisation_id,
        territory=outreach.territory,
        meets_at=meeting.at,
        place=meeting.place,
    )


def told_closed(outreach: Outreach, outcome: OutreachOutcome, now: datetime) -> told.OutreachClosed:
    return told.OutreachClosed(
        outreach_id=outreach.id,
        outcome=outcome,
        reason=outreach.reason,
        notified=outreach.notified_at is not None,
        closed_at=now,
    )


def meeting_missing() -> DomainError:
    return DomainError(
        "meeting_missing",
        Kind.INVALID,
        ru="Семья согласна: назначьте день и время встречи.",
        en="The family agreed: fix day and time of the meeting.",
        field="meets_at",
    )


def letter_settled() -> DomainError:
    return DomainError(
        "letter_settled",
        Kind.CONFLICT,
        ru="Итог этого письма уже записан.",
        en="What came of this letter is recorded already.",
    )
