"""The pytest plugin (entry point ``marshrut``): servers, databases and running services for every suite.

    async def test_taking_needs_the_relation(running):
        app = await running(service)
        coordinator = await app.as_role("coordinator", organisation_ids=[OPERATOR])
        answer = await coordinator.post(f"/applications/{id}/take", json={})
        assert [event.type() for event in await app.published()] == ["intake.application.taken.v1"]

Nothing is started before a test asks for it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from nats.aio.client import Client

    from chassis.run.service import Service
    from chassis.testing.canary import Canary
    from chassis.testing.running import Running
    from chassis.testing.testbed import Databases, ManualClock, Servers, TokenIssuer

Runner = Callable[..., Awaitable["Running"]]
START = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
"""A Monday, 10:00 in Moscow: an ordinary working day."""


def pytest_report_header(config: pytest.Config) -> str:  # noqa: ARG001
    """Show which servers the run uses."""
    from chassis.testing.testbed import VARIABLE, chosen_backend

    return f"servers: {chosen_backend()} ({VARIABLE}=auto|embedded|containers|external)"


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    """The one pair of PostgreSQL and NATS of this run."""
    from chassis.testing.testbed import started_servers

    with started_servers() as found:
        yield found


@pytest.fixture(scope="session")
def databases(servers: Servers) -> Databases:
    """Makes databases: clones of migrated templates, or empty ones."""
    from chassis.testing.testbed import Databases

    return Databases(servers)


@pytest.fixture(scope="session")
def issuer() -> TokenIssuer:
    """Signs tokens the services under test accept."""
    from chassis.testing.testbed import TokenIssuer

    return TokenIssuer()


@pytest.fixture(scope="session")
async def nats_client(servers: Servers) -> AsyncIterator[Client]:
    """A connection with every right on the bus."""
    from chassis.bus.connection import connect

    client = await connect(servers.nats_url, "tests")
    yield client
    await client.close()


@pytest.fixture
def clock() -> ManualClock:
    """Stands at `START` until the test moves it; services started by ``running`` go by it."""
    from chassis.testing.testbed import ManualClock

    return ManualClock(START)


@pytest.fixture
async def running(
    databases: Databases, issuer: TokenIssuer, nats_client: Client, clock: ManualClock
) -> AsyncIterator[Runner]:
    """``await running(service)``: the service on a database of its own, for one test."""
    async for runner in _runner(databases, issuer, nats_client, clock):
        yield runner


@pytest.fixture(scope="module")
async def module_running(databases: Databases, issuer: TokenIssuer, nats_client: Client) -> AsyncIterator[Runner]:
    """The same for all tests of a module, with a clock of its own (``app.clock``)."""
    from chassis.testing.testbed import ManualClock

    async for runner in _runner(databases, issuer, nats_client, ManualClock(START)):
        yield runner


@pytest.fixture
def canary() -> Iterator[Canary]:
    """Invented personal data to feed in; the test fails if any of it shows up in logs or spans."""
    from chassis.testing.canary import Canary

    with Canary() as bird:
        yield bird
        bird.check()


async def _runner(
    databases: Databases, issuer: TokenIssuer, client: Client, clock: ManualClock
) -> AsyncIterator[Runner]:
    from chassis.testing.running import Running

    started: list[Running] = []

    async def start(service: Service, **settings: Any) -> Running:
        started.append(await Running.start(service, databases, issuer, client, clock, settings))
        return started[-1]

    yield start
    for app in reversed(started):
        await app.close()
