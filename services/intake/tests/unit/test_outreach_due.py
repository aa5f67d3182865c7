"""What is told of a ladder suffices to know by when somebody must act: warnings are made of it elsewhere."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import uuid4

from chassis.errors import DomainError
from contracts import intake as told
from contracts.event import Event
from contracts.identifiers import ContactOutcome, ContactStep, DeliveryMode
from hypothesis import given, settings
from hypothesis import strategies as st
from intake.outreach.ladder import Meeting
from intake.outreach.model.outreach import Outreach
from intake.outreach.model.steps import Attempt, Letter
from intake.outreach.states import RUNNING, OutreachState
from intake.testing.outreach import LADDER, START, TRAVEL, opened

MOVES = st.one_of(
    st.tuples(st.sampled_from([ContactStep.PHONE, ContactStep.VISIT]), st.sampled_from(ContactOutcome)),
    st.sampled_from(["post", "skip", "miss", "meet", "survey"]),
)


def act(outreach: Outreach, move: object, now: datetime) -> None:
    match move:
        case (ContactStep() as means, ContactOutcome() as outcome):
            meeting = Meeting(now + timedelta(days=1), DeliveryMode.ORGANISATION) if now.day % 2 else None
            made = Attempt(
                id=uuid4(), outreach_id=outreach.id, means=means, outcome=outcome, attempted_at=now, next_try_at=None
            )
            outreach.attempt(made, LADDER, TRAVEL, meeting, None)
        case "post":
            letter = Letter(id=uuid4(), outreach_id=outreach.id, tracking_number="", posted_on=date(2026, 3, 2))
            outreach.post_letter(letter, now, LADDER)
        case "skip":
            outreach.skip("no_phone", now, LADDER, TRAVEL)
        case "miss":
            outreach.miss(now, LADDER)
        case "meet":
            outreach.meet(now, DeliveryMode.ORGANISATION, LADDER)
        case _:
            outreach.survey(None, now, LADDER)


def learnt(due: datetime | None, event: Event) -> datetime | None:
    """By when somebody must act, as whoever hears the facts of a ladder knows it; None where nobody must."""
    match event:
        case told.OutreachOpened():
            return event.start_due.due_at
        case told.OutreachStepOpened():
            return event.due.due_at
        case told.OutreachAttempted() if due and event.due_at:
            return event.due_at
        case told.OutreachMeetingAgreed():
            return event.meets_at
        case told.OutreachMet():
            return event.survey_due.due_at
        case told.OutreachLetterPosted() | told.OutreachSurveyed() | told.OutreachClosed():
            return None
    return due


@settings(max_examples=150, deadline=None)
@given(st.lists(MOVES, max_size=15))
def test_D3_15_the_facts_of_a_ladder_say_by_when_the_next_step_is_due(moves: list[object]) -> None:
    outreach, due = opened(), None
    for hours, move in enumerate([None, *moves]):
        try:
            if move is not None:
                act(outreach, move, START + timedelta(hours=7 * hours))
        except DomainError:
            continue
        for recorded in outreach.take_recorded():
            due = learnt(due, recorded.event)
        posted = (
            outreach.state is OutreachState.OPEN and outreach.step is ContactStep.POST and outreach.current.attempts > 0
        )
        assert due == (outreach.due_at if outreach.state in RUNNING and not posted else None)
