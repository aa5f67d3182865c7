"""Beginnings of the terms this room watches, all due at one moment, for its suite."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from chassis.testing.running import Caller
from contracts.event import Event, Moment
from contracts.identifiers import AgeBand, ContactOutcome, ContactStep, EnquiryChannel, FindingWay
from contracts.intake import (
    ApplicationHandedOver,
    DataChangeRequested,
    EnquiryAnswerGiven,
    EnquiryRegistered,
    OutreachAttempted,
    OutreachOpened,
    QuestionnaireSent,
    ReferralReceived,
)

from notifications.testing import CENTRE, REGION, Office, local

DUE = local(4, 18)
LATER = DUE + timedelta(days=1)
WARNING = timedelta(minutes=60)
"""``escalation.warn_minutes`` of the pack."""
SUBJECT = uuid4()
CONSULTANT = uuid4()


def moment(at: datetime) -> Moment:
    return Moment(due_at=at)


def enquiry(subject: UUID = SUBJECT, region: str = REGION) -> EnquiryRegistered:
    return EnquiryRegistered(
        enquiry_id=subject,
        number="ОМЦ-2026-000007",
        region=region,
        territory=region,
        organisation_id=CENTRE,
        person_id=None,
        channel=EnquiryChannel.PHONE,
        anonymous=True,
        registered_at=local(2, 10),
        due=moment(DUE),
    )


def referral(**changes: Any) -> ReferralReceived:
    told: dict[str, Any] = {"sender_id": None, "receiver_id": CENTRE, **changes}
    return ReferralReceived(
        referral_id=SUBJECT,
        number="МВ-2026-000003",
        region=REGION,
        territory=f"{REGION}/gagarin",
        kind="family-signal",
        department="health",
        way=FindingWay.ORGANISATION,
        child_id=uuid4(),
        ground="incoming-signal",
        received_at=local(2, 10),
        answer_due=moment(DUE),
        **told,
    )


def outreach(responsible: UUID | None = None) -> OutreachOpened:
    return OutreachOpened(
        outreach_id=SUBJECT,
        region=REGION,
        territory=f"{REGION}/gagarin",
        organisation_id=CENTRE,
        child_id=uuid4(),
        age_band=AgeBand.CHILDHOOD,
        way=FindingWay.IPRA_EXTRACT,
        origin_id=None,
        responsible_id=responsible,
        found_at=local(2, 10),
        start_due=moment(DUE),
    )


def attempted(due: datetime | None) -> OutreachAttempted:
    return OutreachAttempted(
        outreach_id=SUBJECT,
        step=ContactStep.PHONE,
        position=1,
        outcome=ContactOutcome.NO_ANSWER,
        attempted_at=local(3, 10),
        next_try_at=LATER,
        due_at=due,
    )


def handed_over() -> ApplicationHandedOver:
    return ApplicationHandedOver(
        application_id=SUBJECT,
        region=REGION,
        coordinator_id=uuid4(),
        coordinating_organisation_id=uuid4(),
        serving_organisation_id=CENTRE,
        territory=f"{REGION}/gagarin",
        acceptance_due=moment(DUE),
        first_appointment_due=moment(LATER),
    )


GIVEN = EnquiryAnswerGiven(
    enquiry_id=SUBJECT, channel=EnquiryChannel.PHONE, given_at=local(3, 10), due_at=DUE, on_time=True
)


def questionnaire() -> QuestionnaireSent:
    return QuestionnaireSent(
        questionnaire_id=SUBJECT,
        region=REGION,
        territory=f"{REGION}/gagarin",
        organisation_id=CENTRE,
        consultant_id=CONSULTANT,
        child_id=uuid4(),
        representative_id=uuid4(),
        sent_at=local(2, 10),
        due=moment(DUE),
    )


def data_change() -> DataChangeRequested:
    return DataChangeRequested(
        data_change_id=SUBJECT,
        questionnaire_id=uuid4(),
        region=REGION,
        territory=f"{REGION}/gagarin",
        organisation_id=CENTRE,
        consultant_id=CONSULTANT,
        child_id=uuid4(),
        fields=frozenset({"address"}),
        requested_at=local(2, 10),
        due=moment(DUE),
    )


async def items(caller: Caller, **wanted: str) -> list[dict[str, Any]]:
    """The worklist, after a look at its counters."""
    answer = await caller.get("/worklist", params=wanted)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    assert (await caller.get("/worklist/counts")).json()["all"] >= len(found)
    return found


async def at(office: Office, when: datetime) -> None:
    """It is that time, and what was to happen by then has happened."""
    office.app.clock.set(when)
    await office.app.fire_timers()


async def tell(office: Office, *events: Event) -> None:
    """Deliver what happened elsewhere."""
    for event in events:
        assert await office.app.deliver(event) is None
