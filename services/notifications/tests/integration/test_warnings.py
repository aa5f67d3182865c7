"""Every running term of the first days is warned of before its due time, and raised after it (T3).

What the call back has of its own stands in `test_escalations`.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from chassis.testing.running import Caller
from contracts.event import Event, Moment
from contracts.identifiers import DeliveryMode
from contracts.intake import (
    ApplicationDeadlineMoved,
    ApplicationReturned,
    EnquiryClassified,
    EnquiryDueMoved,
    OutreachLetterPosted,
    OutreachMeetingAgreed,
    OutreachSurveyed,
    ReferralAccepted,
    ReferralDueMoved,
)
from notifications.escalations.model import Escalation, Level
from notifications.kinds import Term
from notifications.testing import CENTRE, REGION, Office, local
from notifications.testing.escalations import (
    DUE,
    GIVEN,
    LATER,
    SUBJECT,
    WARNING,
    at,
    attempted,
    enquiry,
    handed_over,
    items,
    moment,
    outreach,
    referral,
    tell,
)

BEGINNINGS: list[Any] = [
    pytest.param(enquiry(), Term.ENQUIRY, id="enquiry"),
    pytest.param(referral(), Term.REFERRAL, id="referral"),
    pytest.param(outreach(), Term.OUTREACH, id="outreach"),
    pytest.param(handed_over(), Term.ACCEPTANCE, id="acceptance"),
]
ENDS: list[Any] = [
    pytest.param(enquiry(), GIVEN, id="enquiry"),
    pytest.param(
        referral(),
        ReferralAccepted(referral_id=SUBJECT, accepted_at=local(3, 10), due_at=DUE, on_time=True),
        id="referral",
    ),
    pytest.param(outreach(), OutreachSurveyed(outreach_id=SUBJECT, surveyed_at=local(3, 10), same_day=True), id="met"),
    pytest.param(
        outreach(),
        OutreachLetterPosted(outreach_id=SUBJECT, letter_id=uuid4(), posted_on=local(3, 10).date()),
        id="letter-posted",
    ),
    pytest.param(
        handed_over(),
        ApplicationReturned(
            application_id=SUBJECT, serving_organisation_id=CENTRE, reason_code="other", returned_at=local(3, 10)
        ),
        id="acceptance",
    ),
]
MOVES: list[Any] = [
    pytest.param(
        enquiry(), EnquiryDueMoved(enquiry_id=SUBJECT, due=moment(LATER), moved_at=local(3, 10)), id="enquiry"
    ),
    pytest.param(
        enquiry(),
        EnquiryClassified(enquiry_id=SUBJECT, theme=None, help_kind=None, complaint=True, due=moment(LATER)),
        id="complaint",
    ),
    pytest.param(
        referral(), ReferralDueMoved(referral_id=SUBJECT, due=moment(LATER), moved_at=local(3, 10)), id="referral"
    ),
    pytest.param(outreach(), attempted(LATER), id="next-try"),
    pytest.param(
        outreach(),
        OutreachMeetingAgreed(
            outreach_id=SUBJECT,
            organisation_id=CENTRE,
            territory=f"{REGION}/gagarin",
            meets_at=LATER,
            place=DeliveryMode.HOME,
        ),
        id="meeting",
    ),
    pytest.param(
        handed_over(),
        ApplicationDeadlineMoved(application_id=SUBJECT, kind="acceptance", due=moment(LATER), moved_at=local(3, 10)),
        id="acceptance",
    ),
]


@pytest.mark.parametrize(("begins", "term"), BEGINNINGS)
async def test_T3_every_running_term_is_warned_of_an_hour_before_and_raised_after(
    office: Office, desk: Caller, head: Caller, begins: Event, term: Term
) -> None:
    manager = await office.app.as_role("manager", territories=[REGION])
    await tell(office, begins)
    await at(office, DUE - WARNING - timedelta(seconds=1))
    assert await items(desk) == []
    await at(office, DUE - WARNING)
    for caller in (desk, head):
        (item,) = await items(caller)
        assert (item["kind"], item["standing"], item["assigned_to"]) == (f"{term}_near", "soon", None)
        assert item["due_at"] == DUE.isoformat().replace("+00:00", "Z")
    assert await items(manager) == []
    await at(office, DUE)
    assert [item["kind"] for item in await items(desk)] == [f"{term}_near"]
    await at(office, DUE + timedelta(seconds=1))
    for caller in (desk, head, manager):
        (item,) = await items(caller)
        assert (item["kind"], item["standing"]) == (f"{term}_overdue", "overdue")


async def test_T13_of_a_referral_we_sent_the_sender_is_warned_not_the_receiver(office: Office, desk: Caller) -> None:
    receiver = uuid4()
    there = await office.app.as_role("coordinator", organisation_ids=[receiver])
    await tell(office, referral(outgoing=True, sender_id=CENTRE, receiver_id=receiver))
    await at(office, DUE + timedelta(seconds=1))
    (item,) = await items(desk)
    assert item["title"] == "На обращение не ответили в срок: межведомственное обращение МВ-2026-000003"
    assert await items(there) == []


@pytest.mark.parametrize(("begins", "ends"), ENDS)
async def test_T3_a_term_met_before_the_warning_gives_none(
    office: Office, desk: Caller, begins: Event, ends: Event
) -> None:
    await tell(office, begins, ends)
    await at(office, DUE + timedelta(hours=1))
    assert await items(desk) == []


@pytest.mark.parametrize(("begins", "moves"), MOVES)
async def test_T3_a_moved_term_moves_its_warning(office: Office, desk: Caller, begins: Event, moves: Event) -> None:
    await tell(office, begins)
    await at(office, DUE - WARNING)
    assert len(await items(desk)) == 1
    await tell(office, moves)
    await at(office, DUE + timedelta(hours=1))
    assert await items(desk) == []
    await at(office, LATER - WARNING)
    (item,) = await items(desk)
    assert item["kind"].endswith("_near")


async def raised_at(office: Office, subject: UUID) -> datetime | None:
    async with office.app.unit() as unit:
        return (await unit.session.get_one(Escalation, (Term.ENQUIRY, subject))).raised_at


async def test_T3_a_warning_is_raised_once_however_often_fact_and_timer_come(office: Office, desk: Caller) -> None:
    subject, envelope = uuid4(), uuid4()
    begins = enquiry(subject)
    await office.app.deliver(begins, sequence=1, id=envelope)
    await at(office, DUE - WARNING)
    raised = await raised_at(office, subject)
    office.app.clock.advance(timedelta(minutes=5))
    await office.app.deliver(begins, sequence=1, id=envelope)
    await tell(
        office,
        EnquiryClassified(enquiry_id=subject, theme="law", help_kind=None, complaint=False, due=moment(DUE)),
        EnquiryDueMoved(enquiry_id=subject, due=Moment(due_at=DUE, provisional=True), moved_at=local(4, 17)),
    )
    assert await office.app.fire_timers() == 0
    assert await raised_at(office, subject) == raised
    assert len(await items(desk)) == 1


def test_T3_a_late_warning_does_not_make_an_overdue_term_near_again() -> None:
    row = Escalation(level=Level.OVERDUE, raised_at=DUE)
    row.raise_to(Level.NEAR, LATER)
    assert (row.level, row.raised_at) == (Level.OVERDUE, DUE)
