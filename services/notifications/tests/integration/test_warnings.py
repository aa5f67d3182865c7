"""Every running term of the first days is warned of before its due time, and raised after it (T3).

What the call back has of its own stands in `test_escalations`.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from chassis.running import Caller
from contracts.event import Event, Moment
from contracts.identifiers import DeliveryMode, EnquiryChannel
from contracts.intake import (
    ApplicationDeadlineMoved,
    ApplicationReturned,
    ApplicationTerritoriesSet,
    EnquiryAnswerGiven,
    EnquiryAsked,
    EnquiryAssigned,
    EnquiryClassified,
    EnquiryDueMoved,
    EnquiryServed,
    OutreachAssigned,
    OutreachLetterPosted,
    OutreachMeetingAgreed,
    OutreachMet,
    OutreachSurveyed,
    ReferralAccepted,
    ReferralDueMoved,
)
from notifications.escalations.model import Escalation, Level, Term
from notifications.escalations.testing import (
    DUE,
    LATER,
    SUBJECT,
    WARNING,
    attempted,
    enquiry,
    handed_over,
    moment,
    outreach,
    referral,
)
from notifications.testing import CENTRE, REGION, Office, local

BEGINNINGS: list[Any] = [
    pytest.param(enquiry(), Term.ENQUIRY, id="enquiry"),
    pytest.param(referral(), Term.REFERRAL, id="referral"),
    pytest.param(outreach(), Term.OUTREACH, id="outreach"),
    pytest.param(handed_over(), Term.ACCEPTANCE, id="acceptance"),
]
GIVEN = EnquiryAnswerGiven(
    enquiry_id=SUBJECT, channel=EnquiryChannel.PHONE, given_at=local(3, 10), due_at=DUE, on_time=True
)
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


@pytest.fixture
async def desk(office: Office) -> Caller:
    """A coordinator of the organisation."""
    return await office.app.as_role("coordinator", organisation_ids=[CENTRE])


@pytest.fixture
async def head(office: Office) -> Caller:
    return await office.app.as_role("head", organisation_ids=[CENTRE])


async def items(caller: Caller, **wanted: str) -> list[dict[str, Any]]:
    answer = await caller.get("/worklist", params=wanted)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()
    assert (await caller.get("/worklist/counts")).json()["all"] >= len(found)
    return found


async def at(office: Office, when: datetime) -> None:
    office.app.clock.set(when)
    await office.app.fire_timers()


async def tell(office: Office, *events: Event) -> None:
    for event in events:
        assert await office.app.deliver(event) is None


async def standing(office: Office, term: Term) -> Escalation:
    async with office.app.unit() as unit:
        return await unit.session.get_one(Escalation, (term, SUBJECT))


@pytest.fixture(autouse=True)
def fresh_subject(office: Office) -> None:
    """Facts of the one subject are counted from the first in every test."""
    office.app._sequences.pop(SUBJECT, None)


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


async def test_T3_a_warning_is_raised_once_however_often_fact_and_timer_come(office: Office, desk: Caller) -> None:
    begins, envelope = enquiry(), uuid4()
    await office.app.deliver(begins, sequence=1, id=envelope)
    await at(office, DUE - WARNING)
    raised = (await standing(office, Term.ENQUIRY)).raised_at
    office.app.clock.advance(timedelta(minutes=5))
    await office.app.deliver(begins, sequence=1, id=envelope)
    await tell(
        office,
        EnquiryClassified(enquiry_id=SUBJECT, theme="law", help_kind=None, complaint=False, due=moment(DUE)),
        EnquiryDueMoved(enquiry_id=SUBJECT, due=Moment(due_at=DUE, provisional=True), moved_at=local(4, 17)),
    )
    assert await office.app.fire_timers() == 0
    assert (await standing(office, Term.ENQUIRY)).raised_at == raised
    assert len(await items(desk)) == 1


async def test_T3_the_responsible_specialist_is_warned_and_no_colleague(office: Office, head: Caller) -> None:
    specialist = await office.app.as_role("specialist", organisation_ids=[CENTRE])
    colleague = await office.app.as_role("specialist", organisation_ids=[CENTRE])
    me = specialist.principal.id
    await tell(office, enquiry(), EnquiryAssigned(enquiry_id=SUBJECT, specialist_id=me, assigned_at=local(3, 10)))
    await at(office, DUE - WARNING)
    (item,) = await items(specialist, which="mine")
    assert (item["assigned_to"], item["number"]) == (str(me), "ОМЦ-2026-000007")
    assert item["title"] == "Скоро истекает срок ответа: обращение ОМЦ-2026-000007"
    assert await items(colleague) == []
    assert await items(head) == []
    await at(office, DUE + timedelta(seconds=1))
    assert [found["kind"] for found in await items(head)] == ["enquiry_overdue"]
    assert await items(colleague) == []


async def test_D3_13_a_family_assigned_to_a_finder_elsewhere_warns_that_person(office: Office) -> None:
    finder = await office.app.as_role("coordinator", organisation_ids=[uuid4()])
    me = finder.principal.id
    await tell(office, outreach(), OutreachAssigned(outreach_id=SUBJECT, responsible_id=me, assigned_at=local(3, 10)))
    await at(office, DUE - WARNING)
    (item,) = await items(finder)
    assert (item["kind"], item["url"]) == ("outreach_near", f"/intake/outreaches/{SUBJECT}")
    assert item["title"] == "Скоро истекает срок: семья ждёт следующего шага"


async def test_D0_11_a_family_that_asks_on_is_answered_by_a_term_of_its_own(office: Office, desk: Caller) -> None:
    again = EnquiryServed(enquiry_id=SUBJECT, serving_since=local(3, 12), due=moment(LATER))
    asked = EnquiryAsked(enquiry_id=SUBJECT, asked_at=local(3, 12))
    await tell(office, enquiry(), GIVEN, asked, again)
    await at(office, DUE + timedelta(seconds=1))
    assert await items(desk) == []
    await at(office, LATER - WARNING)
    assert [item["kind"] for item in await items(desk)] == ["enquiry_near"]


async def test_D3_21_the_survey_of_the_meeting_is_warned_of_too(office: Office, desk: Caller) -> None:
    survey = OutreachMet(outreach_id=SUBJECT, met_at=DUE, place=DeliveryMode.HOME, survey_due=moment(LATER))
    await tell(office, outreach(), attempted(None), survey)
    await at(office, LATER - WARNING)
    assert [item["kind"] for item in await items(desk)] == ["outreach_near"]


async def test_T15_an_overdue_family_is_shown_to_the_managers_of_the_territory_that_answers_now(
    office: Office,
) -> None:
    home = await office.household()
    there = await office.app.as_role("manager", territories=[f"{REGION}/vyazma"])
    moved = ApplicationTerritoriesSet(
        application_id=home.application_id,
        residence_territory=home.territory,
        responsible_territory=f"{REGION}/vyazma",
        set_at=office.app.clock.now(),
    )
    await tell(office, moved)
    await at(office, local(2, 18, 1))
    assert [item["kind"] for item in await items(there)] == ["call_back_overdue"]


async def test_a_region_that_sends_no_messages_warns_nobody(office: Office) -> None:
    assert await office.app.deliver(enquiry(uuid4(), "elsewhere")) is None


def test_T3_a_late_warning_does_not_make_an_overdue_term_near_again() -> None:
    row = Escalation(level=Level.OVERDUE, raised_at=DUE)
    row.raise_to(Level.NEAR, LATER)
    assert (row.level, row.raised_at) == (Level.OVERDUE, DUE)
