"""A system that an older version has left starts under today's: nothing is lost, and the route goes on.

``f20283f`` was recorded by ``record.py`` after the main story, with facts on the bus and in the outbox that nobody had
taken. A format on disk may change only in such a way that this stays green.
"""

from __future__ import annotations

import json
import tarfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from local_deploy.story import application
from local_deploy.story.gateway import eventually
from local_deploy.story.world import EARLY_HELP, FamilyStory, World
from local_deploy.system import SERVICES, Ports, System

from tests.faults.harness.history import History
from tests.faults.harness.oracle import Oracle

RECORDED = Path(__file__).parent / "f20283f"
REGIONS = Path(__file__).parents[2] / "regions"
WAITING = ("waits-on-the-bus@example.org", "waits-in-the-outbox@example.org")
PASSING = ("outbox_", "alembic_version", "rate_limits", "idempotency_keys", "authority_feed", "consumer_attempts")
"""Tables of which rows may go: partitions are counted by the oracle, the others are forgotten by their own rules."""


@pytest.fixture(scope="module")
def upgraded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """Today's system on what the recorded version left on disk."""
    data = tmp_path_factory.mktemp("upgraded")
    for folder in (data, *data.parents[:3]):
        folder.chmod(0o755)
    with tarfile.open(RECORDED / "story.tar.xz") as archive:
        archive.extractall(data, filter="data")
    system = System(data, Ports.free(), REGIONS)
    system.postgres.start()
    try:
        system.postgres.create_service_databases(SERVICES)
        for name in SERVICES:
            system.postgres.execute((data / "dumps" / f"{name}.sql").read_text("utf-8"), name)
    finally:
        system.postgres.stop()
    with system.running():
        yield system


@pytest.fixture(scope="module")
async def oracle(upgraded: System) -> AsyncIterator[Oracle]:
    found = await Oracle.of(upgraded)
    yield found
    await found.close()


async def test_every_fact_that_waited_arrives_once_and_in_order(oracle: Oracle) -> None:
    assert await oracle.verdict(History(), within=90) == []


async def test_no_row_of_the_older_version_is_lost(upgraded: System, oracle: Oracle) -> None:
    await oracle.settled(within=90)
    recorded = json.loads((RECORDED / "recorded.json").read_text("utf-8"))
    lost = {}
    for service, tables in recorded.items():
        for table, rows in tables.items():
            if rows and not table.startswith(PASSING):
                (found,) = await oracle._column(service, f'SELECT count(*) FROM "{table}"')
                if int(found) < rows:
                    lost[f"{service}.{table}"] = (rows, found)
    assert lost == {}


async def test_no_fact_became_a_dead_letter(upgraded: System, oracle: Oracle) -> None:
    await oracle.settled(within=90)
    letters = [await oracle._column(service, "SELECT event_type FROM dead_letters") for service in SERVICES]
    assert [letter for found in letters for letter in found] == []


@pytest.mark.parametrize("email", WAITING)
async def test_what_was_sealed_before_is_opened_now(upgraded: System, email: str) -> None:
    """The letter to a family that waited needs its key, its sealed contact and its name."""
    (letter, *_) = eventually(f"a letter to {email}", lambda: upgraded.mail.messages(email) or None)
    assert "Нина Павловна" in letter.text


def test_an_application_goes_on_from_the_form_to_the_file(upgraded: System) -> None:
    """With the logins, keys and directories of the older version."""
    world = World(upgraded)
    try:
        family = FamilyStory(
            EARLY_HELP, "Зимина Алла Юрьевна", "Зимин Лев", "after-upgrade@example.org", "+7 999 000-02-01"
        )
        application.submit(world, family, months=6, territory=f"{EARLY_HELP}/severny")
        assert "Алла Юрьевна" in application.acknowledgement(world, family).text
        application.call_back(world, "koordinator.moskva", family, "Не держит голову")
        application.hand_over(world, "koordinator.moskva", family)
        assert application.accept(world, "head.sever", family)
    finally:
        world.close()
