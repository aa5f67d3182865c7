"""A running service with a real mail server beside it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from chassis.testing.plugin import START, Runner
from chassis.testing.running import Caller, Running
from embedded import MailSink
from nats.aio.client import Client
from notifications.main import service
from notifications.testing import CENTRE, Office
from sqlalchemy import NullPool, text
from sqlalchemy.ext.asyncio import create_async_engine

EMPTIED = (*service.base.metadata.tables, "outbox", "inbox", "consumer_positions", "timers", "idempotency_keys")


@pytest.fixture(scope="session")
def sink(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailSink]:
    server = MailSink(tmp_path_factory.mktemp("mail"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
async def app(module_running: Runner, sink: MailSink) -> Running:
    return await module_running(service, smtp_port=sink.port, smtp_from="marshrut@marshrut.example")


@pytest.fixture
async def office(app: Running, sink: MailSink, nats_client: Client) -> Office:
    """The module's service as if it had just been installed; its mail goes to the sink."""
    engine = create_async_engine(app.urls.owner, poolclass=NullPool)
    async with engine.begin() as connection:
        await connection.execute(text(f"TRUNCATE {', '.join(EMPTIED)}"))
    await engine.dispose()
    # with the positions of its consumers gone, every aggregate is heard of from its first fact on
    app._sequences.clear()
    app.clock.set(START)
    office = Office(app, nats_client)
    office.mail_to(sink.port)
    return office


@pytest.fixture
async def desk(office: Office) -> Caller:
    """A coordinator of the organisation."""
    return await office.app.as_role("coordinator", organisation_ids=[CENTRE])


@pytest.fixture
async def head(office: Office) -> Caller:
    return await office.app.as_role("head", organisation_ids=[CENTRE])


@pytest.fixture
def own_sink(tmp_path: Path) -> Iterator[MailSink]:
    """A mail server the test may stop and start."""
    server = MailSink(tmp_path / "mail")
    server.start()
    yield server
    server.stop()
