"""A running service with a real mail server beside it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from chassis.testing import Runner
from embedded import MailSink
from nats.aio.client import Client
from notifications.main import service
from notifications.testing import Office


@pytest.fixture(scope="session")
def sink(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailSink]:
    server = MailSink(tmp_path_factory.mktemp("mail"))
    server.start()
    yield server
    server.stop()


Opener = Callable[..., Awaitable[Office]]


@pytest.fixture
async def open_office(running: Runner, sink: MailSink, nats_client: Client) -> Opener:
    """``await open_office(smtp_port=…)``: an office with other settings."""

    async def start(**settings: object) -> Office:
        values = {"smtp_host": "127.0.0.1", "smtp_port": sink.port, "smtp_from": "marshrut@marshrut.example"}
        return Office(await running(service, **{**values, **settings}), nats_client)

    return start


@pytest.fixture
async def office(open_office: Opener) -> Office:
    return await open_office()


@pytest.fixture
def own_sink(tmp_path: Path) -> Iterator[MailSink]:
    """A mail server the test may stop and start."""
    server = MailSink(tmp_path / "mail")
    server.start()
    yield server
    server.stop()
