"""Who is warned of a term: whoever must act, the desk, the head where nobody was chosen; managers once it is late."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from chassis.testing.running import Caller
from contracts.event import Event
from contracts.identifiers import DeliveryMode
from contracts.intake import (
    ApplicationTerritoriesSet,
    ContactConsentWithdrawn,
    DataChangeDecided,
    EnquiryAsked,
    EnquiryAssigned,
    EnquiryServed,
    OutreachAssigned,
    OutreachMet,
    QuestionnaireReturned,
)
from notifications.kinds import Term
from notifications.testing import CENTRE, REGION, Office, local
from notifications.testing.escalations import (
    CONSULTANT,
    DUE,
    GIVEN,
    LATER,
    SUBJECT,
    WARNING,
    at,
    attempted,
    data_change,
    enquiry,
    items,
    moment,
    outreach,
    questionnaire,
    tell,
)


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


@pytest.mark.parametrize(
    ("begins", "ends", "term"),
    [
        (
            questionnaire(),
            QuestionnaireReturned(
                questionnaire_id=SUBJECT, region=REGION, reason_code="data_differ", returned_at=local(4, 17)
            ),
            Term.QUESTIONNAIRE,
        ),
        (
            questionnaire(),
            ContactConsentWithdrawn(questionnaire_id=SUBJECT, child_id=uuid4(), withdrawn_at=local(4, 17)),
            Term.QUESTIONNAIRE,
        ),
        (
            data_change(),
            DataChangeDecided(
                data_change_id=SUBJECT,
                questionnaire_id=uuid4(),
                region=REGION,
                child_id=uuid4(),
                decision="withdrawn",
                decided_at=local(4, 17),
            ),
            Term.DATA_CHANGE,
        ),
    ],
    ids=["questionnaire", "consent-withdrawn", "data-change"],
)
async def test_D0_17_and_D0_22_the_consultant_is_warned_until_the_family_has_its_answer(
    office: Office, begins: Event, ends: Event, term: Term
) -> None:
    consultant = await office.app.as_role("coordinator", id=CONSULTANT, organisation_ids=[CENTRE])
    await tell(office, begins)
    await at(office, DUE - WARNING)
    (item,) = await items(consultant, which="mine")
    assert (item["kind"], item["standing"]) == (f"{term}_near", "soon")
    await tell(office, ends)
    await at(office, DUE + timedelta(hours=1))
    assert await items(consultant) == []


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
