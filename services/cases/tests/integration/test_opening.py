"""The file opens from an accepted application, exactly once, whatever is redelivered."""

from typing import Any
from uuid import uuid4

from cases.files.model import CaseFile
from cases.testing import MOSCOW, Family, facts
from chassis.testing.running import Running
from contracts.cases import CaseFileOpened
from sqlalchemy import func, select


async def opened(app: Running, family: Family) -> int:
    async with app.unit() as unit:
        same = CaseFile.application_id == family.event.application_id
        return await unit.session.scalar(select(func.count()).select_from(CaseFile).where(same)) or 0


async def test_D0_24_an_accepted_application_opens_a_file_with_the_ids_of_intake(app: Running, arrival: Any) -> None:
    family = await arrival(MOSCOW)
    card = await family.card()
    assert card["child_id"] == str(family.event.child_id)
    assert card["coordinator_id"] == str(family.event.coordinator_id)
    assert card["sections"]["questionnaire"]["representative"]["id"] == str(family.event.representative_id)
    found = [e for e in await facts(app, CaseFileOpened) if e.application_id == family.event.application_id]
    assert [str(fact.case_id) for fact in found] == [card["id"]]


async def test_a_premature_child_has_a_corrected_age_on_the_card(arrival: Any) -> None:
    family = await arrival(MOSCOW, gestation_weeks=32)
    await family.consents()
    child = (await family.card())["sections"]["questionnaire"]["child"]
    assert (child["age_months"], child["corrected_age_months"], child["gestation_weeks"]) == (9, 7, 32)


async def test_weeks_of_gestation_and_corrected_age_are_health_data(arrival: Any) -> None:
    family = await arrival(MOSCOW, gestation_weeks=32)
    child = (await family.card())["sections"]["questionnaire"]["child"]
    assert (child["age_months"], child["corrected_age_months"], child["gestation_weeks"]) == (9, None, None)


async def test_redelivery_opens_nothing_twice(app: Running, arrival: Any) -> None:
    family = await arrival(MOSCOW)
    message = uuid4()
    for id in (message, message, uuid4()):
        assert await app.deliver(family.event, id=id) is None
    assert await opened(app, family) == 1


async def test_the_event_waits_for_a_key_that_is_not_there_yet(app: Running, nats_client: Any) -> None:
    family = await Family.accepted(app, MOSCOW)
    assert await app.deliver(family.event, sequence=1) is not None
    assert await opened(app, family) == 0
    await family.give_key(nats_client)
    assert await app.deliver(family.event, sequence=1) is None
    assert await opened(app, family) == 1
