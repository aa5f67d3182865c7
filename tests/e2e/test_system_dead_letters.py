"""A poison message on the bus: put aside with its aggregate, shown to the operators, settled by them; others go on."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from chassis.bus.connection import connect
from contracts.event import Envelope
from contracts.intake import ApplicationWithdrawn
from contracts.testing import examples
from local_deploy.story import application
from local_deploy.story.gateway import DemoClock, Person, eventually
from local_deploy.story.teller import COORDINATOR
from local_deploy.story.world import EARLY_HELP, FamilyStory, World
from local_deploy.system import System

TYPE = ApplicationWithdrawn.type()


@dataclass
class Poison:
    """An application nobody has heard of, whose first fact is broken and whose second one is sound."""

    system: System
    operator: Person
    id: UUID = field(default_factory=uuid4)

    def send(self) -> None:
        asyncio.run(self._send())

    async def _send(self) -> None:
        bus = await connect(self.system.nats.url("intake"), "intake")
        sound = examples(TYPE)["typical"].model_copy(update={"application_id": self.id})
        payloads = (b'{"application_id": "no such thing"}', sound.model_dump_json().encode())
        for sequence, payload in enumerate(payloads, start=1):
            envelope = Envelope(uuid4(), TYPE, DemoClock(self.system).now(), self.id, sequence, uuid4(), None, None)
            headers = {**envelope.headers(), "Nats-Msg-Id": str(envelope.id)}
            await bus.jetstream().publish(ApplicationWithdrawn.subject(), payload, headers=headers)
        await bus.close()

    def letters(self, service: str, state: str = "open") -> list[dict[str, Any]]:
        found = self.operator.get(f"/{service}/operations/dead-letters", params={"state": state, "limit": 200})["items"]
        return [one for one in found if one["aggregate_id"] == str(self.id)]

    def settle(self, service: str, decision: str) -> None:
        for letter in self.letters(service):
            self.operator.post(f"/{service}/operations/dead-letters/{letter['id']}/{decision}")


@pytest.fixture(scope="module")
def poison(system: System) -> Iterator[Poison]:
    found = Poison(system, Person(system, "operator"))
    found.send()
    yield found
    for service in ("cases", "scheduling", "notifications", "reporting"):
        found.settle(service, "discard")
    found.operator.close()


SERVICE = "scheduling"
"""Reads the whole aggregate in order, so that what follows the poison has to wait."""


def test_the_operator_sees_the_letter_and_nobody_else_does(system: System, poison: Poison) -> None:
    (letter,) = eventually("the dead letter", lambda: poison.letters(SERVICE))
    assert letter["event_type"] == TYPE
    assert letter["attempts"] == 1, "what can never succeed is not tried again"
    assert "ValidationError" in letter["error"]
    assert "no such thing" not in str(letter)
    administrator = Person(system, "administrator")
    assert administrator.call("GET", f"/{SERVICE}/operations/dead-letters").status_code == 403
    administrator.close()


def test_what_follows_in_the_same_aggregate_waits_in_order(poison: Poison) -> None:
    (parked,) = eventually("the parked one", lambda: poison.letters(SERVICE, "parked"))
    assert parked["sequence"] == 2


def test_others_go_on(system: System, poison: Poison) -> None:
    world = World(system)
    family = FamilyStory(EARLY_HELP, "Соседова Рита Павловна", "Соседов Тит", "", "89990000011")
    application.submit(world, family, months=5, territory=f"{EARLY_HELP}/severny")
    application.acknowledgement(world, family)
    application.call_back(world, COORDINATOR[EARLY_HELP], family, "Ждать нельзя")
    application.hand_over(world, COORDINATOR[EARLY_HELP], family)
    application.book_first_appointment(world, COORDINATOR[EARLY_HELP], family)
    world.close()


def test_metrics_count_the_letter(system: System, poison: Poison) -> None:
    port = system.processes[f"{SERVICE} worker"].env["MARSHRUT_PORT"]
    lines = httpx.get(f"http://127.0.0.1:{port}/metrics").text.splitlines()
    counted = [line for line in lines if line.startswith("dead_letters") and 'state="open"' in line]
    assert counted
    assert float(counted[0].rsplit(" ", 1)[1]) >= 1


def test_a_redrive_that_fails_again_leaves_it_open_and_a_discard_lets_the_next_one_through(poison: Poison) -> None:
    poison.settle(SERVICE, "redrive")
    eventually("the second attempt", lambda: [one for one in poison.letters(SERVICE) if one["attempts"] == 2])
    poison.settle(SERVICE, "discard")
    eventually("the discard", lambda: poison.letters(SERVICE, "discarded"))
    eventually("the parked one's turn", lambda: not poison.letters(SERVICE, "parked"))
    assert not poison.letters(SERVICE) or poison.letters(SERVICE)[0]["sequence"] == 2
