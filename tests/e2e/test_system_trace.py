"""One trace from the HTTP request to the last consumer in another service."""

from __future__ import annotations

from collections.abc import Iterator
from secrets import token_hex

import pytest
from local_deploy.story import application
from local_deploy.story.gateway import eventually
from local_deploy.story.teller import COORDINATOR, HEAD
from local_deploy.story.world import EARLY_HELP, FamilyStory, World
from local_deploy.system import System

from tests.spans import CONSUMER, SERVER, Collector, Seen

HOPS = {
    ("intake", "POST /applications/{application_id}/accept", SERVER),
    ("cases", "handle intake.application.accepted.v1", CONSUMER),
    ("scheduling", "handle cases.case_file.opened.v1", CONSUMER),
}


@pytest.fixture(scope="module")
def accepted(system: System, collector: Collector) -> Iterator[list[Seen]]:
    """The trace in which a head accepts an application."""
    world, trace_id = World(system), token_hex(16)
    family = FamilyStory(EARLY_HELP, "Следова Майя Олеговна", "Следов Ян", "", "89990000010")
    application.submit(world, family, months=5, territory=f"{EARLY_HELP}/severny")
    application.call_back(world, COORDINATOR[EARLY_HELP], family, "Прослеживаем путь")
    application.hand_over(world, COORDINATOR[EARLY_HELP], family)
    headers = {"traceparent": f"00-{trace_id}-{token_hex(8)}-01"}
    world.staff(HEAD[EARLY_HELP]).post(f"/intake/applications/{family.application_id}/accept", headers=headers)

    def arrived() -> list[Seen] | None:
        found = collector.trace(trace_id)
        return found if {(one.service, one.name, one.kind) for one in found} >= HOPS else None

    yield eventually("the whole trace", arrived)
    world.close()


def test_one_trace_leads_from_the_request_through_two_services_to_a_third(accepted: list[Seen]) -> None:
    assert {(one.service, one.name, one.kind) for one in accepted} >= HOPS


def test_every_service_on_the_way_shows_its_statements(accepted: list[Seen]) -> None:
    speaking = {one.service for one in accepted if one.name.startswith("SQL ")}
    assert speaking >= {"intake", "cases", "scheduling"}
