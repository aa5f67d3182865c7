"""The producers' examples go through the real inbox path of this service."""

from typing import Any
from uuid import UUID

import pytest
from cases.deliveries.model import AwaitedVisit, Delivery, UrgentAct
from cases.files.model import CaseFile, Consent, Specialist, TickedConsent
from cases.programmes.content import Content
from cases.programmes.model import Programme, ProgrammeState
from cases.testing import KEY, TODAY, accepted
from chassis.privacy import keyring
from chassis.testing.running import Running
from contracts.identifiers import ProgrammeKind
from contracts.intake import ApplicationAccepted
from contracts.testing import example_key, examples
from sqlalchemy import select


async def rows(app: Running, model: type[Any]) -> list[Any]:
    async with app.unit() as unit:
        return list((await unit.session.scalars(select(model))).unique())


async def exists(app: Running, case_id: UUID, child_id: UUID, programme_id: UUID) -> None:
    async with app.unit() as unit:
        if await unit.session.get(CaseFile, case_id):
            return
        file = CaseFile.open(case_id, accepted("smolensk", child_id=child_id), unit.now)
        unit.session.add(file)
        await unit.session.flush()
        content = Content(starts_on=TODAY, ends_on=TODAY)
        programme = Programme.draw_up(programme_id, file, ProgrammeKind.IKSRA, content, KEY, None, unit.now)
        programme.versions[0].state = ProgrammeState.APPROVED
        unit.session.add(programme)


@pytest.mark.parametrize("case", examples("intake.application.accepted.v1"))
async def test_an_accepted_application_of_intakes_examples_opens_a_file(
    app: Running, nats_client: Any, case: str
) -> None:
    event = examples("intake.application.accepted.v1")[case]
    assert isinstance(event, ApplicationAccepted)
    key = example_key(event.opening.key_id)
    if app.worker.keys._cache.get(key.person_id) is None:
        wrapped = app.worker.keys.wrap(key)
        subject = keyring.subject(key.person_id)
        await nats_client.jetstream().publish(subject, wrapped, headers={"Key-Version": "1"})
    assert await app.deliver(event) is None
    assert event.application_id in {file.application_id for file in await rows(app, CaseFile)}


async def test_a_ticked_consent_of_intakes_examples_is_kept_until_its_file_opens(app: Running) -> None:
    for event in examples("intake.application.consent_ticked.v1").values():
        assert await app.deliver(event) is None
        kept = {c.consent_id for c in await rows(app, TickedConsent)} | {c.id for c in await rows(app, Consent)}
        assert event.consent_id in kept  # type: ignore[attr-defined]


async def test_a_specialist_of_schedulings_examples_is_known(app: Running) -> None:
    for event in examples("scheduling.specialist.registered.v1").values():
        assert await app.deliver(event) is None
        assert event.specialist_id in {s.id for s in await rows(app, Specialist)}  # type: ignore[attr-defined]


async def test_the_life_of_a_visit_in_schedulings_examples(app: Running) -> None:
    for name in ("scheduled", "postponed", "reported"):
        for event in examples(f"scheduling.visit.{name}.v1").values():
            await exists(app, event.case_id, event.child_id, event.programme_id)  # type: ignore[attr-defined]
            assert await app.deliver(event) is None
            assert event.visit_id in {visit.visit_id for visit in await rows(app, AwaitedVisit)}  # type: ignore[attr-defined]
    (reported, *_) = examples("scheduling.visit.reported.v1").values()
    delivered = {delivery.id for delivery in await rows(app, Delivery)}
    assert {service.delivery_id for service in reported.services} <= delivered  # type: ignore[attr-defined]


async def test_a_trip_of_schedulings_examples_prefills_an_act(app: Running) -> None:
    for event in examples("scheduling.trip.performed.v1").values():
        for service in event.services:  # type: ignore[attr-defined]
            await exists(app, service.case_id, service.child_id, service.delivery_id)
        assert await app.deliver(event) is None
        assert event.trip_id in {act.trip_id for act in await rows(app, UrgentAct)}  # type: ignore[attr-defined]
