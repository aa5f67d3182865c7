"""What other services' facts change here."""

from __future__ import annotations

from datetime import date
from uuid import UUID, uuid4

import pytest
from chassis.testing.running import Caller
from contracts.cases import ConsentRecorded, ConsentWithdrawn
from contracts.identifiers import ConsentForm, Purpose
from contracts.scheduling import AppointmentBooked, AppointmentCancelled
from contracts.testing import examples
from intake.main import service
from intake.testing import Route

CASE = uuid4()


@pytest.fixture
async def coordinator(moscow: Route) -> Caller:
    return await moscow.person("koordinator.moskva")


def recorded(
    application: str, consent_id: UUID, form: ConsentForm, purpose: Purpose = Purpose.HEALTH
) -> ConsentRecorded:
    return ConsentRecorded(
        case_id=CASE,
        consent_id=consent_id,
        application_id=UUID(application),
        child_id=uuid4(),
        representative_id=uuid4(),
        purpose=purpose,
        form=form,
        given_on=date(2026, 3, 5),
    )


def withdrawn(application: str, consent_id: UUID) -> ConsentWithdrawn:
    return ConsentWithdrawn(
        case_id=CASE,
        consent_id=consent_id,
        application_id=UUID(application),
        child_id=uuid4(),
        purpose=Purpose.HEALTH,
        withdrawn_at="2026-03-06T10:00:00Z",
    )


async def test_the_diagnosis_is_withheld_until_a_written_consent_and_again_after_its_withdrawal(
    moscow: Route, coordinator: Caller
) -> None:
    filed = await moscow.submitted()
    url, consent_id, case = f"/applications/{filed['id']}", uuid4(), uuid4()
    card = await coordinator.get(url)
    assert card.json()["health"] is None
    assert card.json()["withheld"] == ["health"]
    assert "перинатальное" not in card.text
    await moscow.app.deliver(recorded(filed["id"], uuid4(), ConsentForm.TICK), subject=case)
    await moscow.app.deliver(recorded(filed["id"], uuid4(), ConsentForm.PAPER, Purpose.CONTACT), subject=case)
    assert (await coordinator.get(url)).json()["health"] is None
    await moscow.app.deliver(recorded(filed["id"], consent_id, ConsentForm.PAPER), subject=case)
    card = await coordinator.get(url)
    assert card.json()["health"]["diagnosis"] == "перинатальное поражение нервной системы"
    assert card.json()["withheld"] == []
    await moscow.app.deliver(withdrawn(filed["id"], consent_id), subject=case)
    assert (await coordinator.get(url)).json()["health"] is None


async def test_a_file_opens_with_a_written_consent_and_not_before(moscow: Route, coordinator: Caller) -> None:
    filed = await moscow.submitted()
    family, content = moscow.app.client(status_token=filed["status_token"]), b"%PDF-1.7\n%%EOF\n"
    sent = await family.post("/applications/status/files", files={"file": ("a.pdf", content, "application/pdf")})
    url = f"/applications/{filed['id']}/files/{sent.json()['id']}"
    closed = await coordinator.get(url)
    assert (closed.status_code, closed.json()["slug"]) == (403, "consent_missing")
    await moscow.app.deliver(recorded(filed["id"], uuid4(), ConsentForm.PAPER), subject=uuid4())
    opened = await coordinator.get(url)
    assert opened.content == content
    assert opened.headers["content-disposition"].startswith("attachment")
    assert (await coordinator.get(f"/applications/{filed['id']}/files/{uuid4()}")).status_code == 404


async def test_a_booked_first_appointment_leaves_the_worklist_until_it_is_cancelled(
    moscow: Route, coordinator: Caller
) -> None:
    head = await moscow.person("head.sever")
    card = await moscow.handed_over(coordinator, "early-help-north")
    await head.post(f"/applications/{card['id']}/accept")

    async def kinds() -> list[str]:
        found = (await head.get("/worklist")).json()["items"]
        return [item["kind"] for item in found if item["subject_id"] == card["id"]]

    assert await kinds() == ["first_appointment"]
    booked = examples("scheduling.appointment.booked.v1").popitem()[1]
    assert isinstance(booked, AppointmentBooked)
    appointment = uuid4()
    update = {"application_id": UUID(card["id"]), "first": True, "appointment_id": appointment}
    assert await moscow.app.deliver(booked.model_copy(update=update)) is None
    assert await kinds() == []
    cancelled = AppointmentCancelled(
        appointment_id=appointment,
        application_id=UUID(card["id"]),
        child_id=uuid4(),
        region=moscow.region,
        reason_code="child_ill",
    )
    assert await moscow.app.deliver(cancelled) is None
    assert await kinds() == ["first_appointment"]


async def test_a_redelivered_fact_changes_nothing_twice(moscow: Route, coordinator: Caller) -> None:
    filed = await moscow.submitted()
    event, id, case = recorded(filed["id"], uuid4(), ConsentForm.PAPER), uuid4(), uuid4()
    for _ in range(2):
        assert await moscow.app.deliver(event, subject=case, sequence=1, id=id) is None
    assert (await coordinator.get(f"/applications/{filed['id']}")).json()["withheld"] == []


async def test_a_fact_about_an_unknown_application_goes_to_the_dead_letters(moscow: Route) -> None:
    poison = recorded(str(uuid4()), uuid4(), ConsentForm.PAPER)
    assert await moscow.app.deliver(poison, subject=uuid4()) is not None
    filed = await moscow.submitted()
    assert await moscow.app.deliver(recorded(filed["id"], uuid4(), ConsentForm.PAPER), subject=uuid4()) is None


@pytest.mark.parametrize("name", sorted({event.type() for s in service.subscriptions for event in s.events.values()}))
async def test_every_producers_example_is_read(moscow: Route, name: str) -> None:
    for event in examples(name).values():
        fault = await moscow.app.deliver(event, subject=uuid4())
        assert fault is None or "not_found" in fault, fault
