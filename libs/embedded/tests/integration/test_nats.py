import asyncio
import json
import socket
import urllib.request
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import nats
import pytest
from embedded import Nats, Process
from nats.aio.client import Client
from nats.js.api import AckPolicy, ConsumerConfig, ObjectStoreConfig, StreamConfig
from nats.js.errors import KeyNotFoundError

APPLICATIONS = ["evt.intake.>"]
REFUSED = "permissions violation"


class Session:
    """A connection that remembers what the server refused."""

    def __init__(self) -> None:
        self.errors: list[str] = []
        self.client: Client

    async def note(self, error: Exception) -> None:
        self.errors.append(str(error).lower())

    async def is_refused(self, subject: str, payload: bytes = b"{}") -> bool:
        await self.client.publish(subject, payload)
        return await self.refused(subject)

    async def refused(self, subject: str) -> bool:
        """Whether the server refused the subject; its word comes after the answer to the flush."""
        await self.client.flush()
        for _ in range(50):
            if any(REFUSED in error and f'"{subject.lower()}"' in error for error in self.errors):
                return True
            await asyncio.sleep(0.01)
        return False


@asynccontextmanager
async def connected(bus: Nats, user: str) -> AsyncIterator[Session]:
    session = Session()
    session.client = await nats.connect(
        bus.url(user), inbox_prefix=f"_INBOX_{user}".encode(), error_cb=session.note, allow_reconnect=False
    )
    try:
        yield session
    finally:
        await session.client.close()


@pytest.fixture(scope="session", autouse=True)
async def streams(bus: Nats) -> None:
    async with connected(bus, "bootstrap") as session:
        js = session.client.jetstream()
        await js.add_stream(StreamConfig(name="INTAKE", subjects=APPLICATIONS, allow_atomic=True))
        for durable in ("cases__intake_application", "scheduling__intake_person"):
            await js.add_consumer("INTAKE", ConsumerConfig(durable_name=durable, ack_policy=AckPolicy.EXPLICIT))
        # As a plain stream: a bucket made by the client has deny_delete, under which no key can be erased.
        await js.add_stream(
            StreamConfig(name="KV_keys", subjects=["$KV.keys.>"], max_msgs_per_subject=1, allow_direct=True)
        )
        for user in bus.users:
            await js.create_object_store(f"blobs_{user.name}", ObjectStoreConfig())


async def test_a_service_publishes_its_own_events_and_another_consumes_them(bus: Nats) -> None:
    async with connected(bus, "intake") as intake, connected(bus, "cases") as cases:
        await intake.client.jetstream().publish("evt.intake.application.registered.v1", b"{}", stream="INTAKE")
        own = await cases.client.jetstream().pull_subscribe_bind("cases__intake_application", "INTAKE")
        message, *_ = await own.fetch(1, timeout=2)
        await message.ack_sync()
        assert (await own.consumer_info()).num_ack_pending == 0
        assert intake.errors == cases.errors == []


@pytest.mark.parametrize(
    "subject",
    [
        "evt.intake.application.registered.v1",
        "$JS.API.STREAM.DELETE.INTAKE",
        "$JS.API.STREAM.UPDATE.INTAKE",
        "$JS.API.STREAM.PURGE.INTAKE",
        "$JS.API.STREAM.CREATE.MINE",
        "$JS.API.STREAM.MSG.GET.INTAKE",
        "$JS.API.DIRECT.GET.INTAKE",
        "$JS.API.CONSUMER.CREATE.INTAKE.mine",
        "$JS.API.CONSUMER.MSG.NEXT.INTAKE.scheduling__intake_person",
        "$JS.API.CONSUMER.DELETE.INTAKE.cases__intake_application",
        "$JS.ACK.INTAKE.scheduling__intake_person.1.1.1.1.0",
        "$JS.API.DIRECT.GET.KV_keys.$KV.keys.somebody",
        "$KV.keys.somebody",
        "$O.blobs_intake.C.x",
        "_INBOX_intake.x",
    ],
)
async def test_a_service_is_refused_what_is_not_its_own(bus: Nats, subject: str) -> None:
    async with connected(bus, "cases") as session:
        assert await session.is_refused(subject)


async def test_a_service_cannot_listen_to_events_or_foreign_replies(bus: Nats) -> None:
    async with connected(bus, "cases") as session:
        for subject in ("evt.>", "_INBOX_intake.>", ">"):
            await session.client.subscribe(subject)
            assert await session.refused(subject)


async def test_keys_are_written_and_erased_by_one_service_and_only_read_by_another(bus: Nats) -> None:
    async with connected(bus, "intake") as intake, connected(bus, "scheduling") as scheduling:
        mine = await intake.client.jetstream().key_value("keys")
        theirs = await scheduling.client.jetstream().key_value("keys")
        revision = await mine.put("person", b"key")
        assert (await theirs.get("person")).value == b"key"
        assert await scheduling.is_refused("$KV.keys.person")
        assert await scheduling.is_refused("$JS.API.STREAM.MSG.DELETE.KV_keys")
        assert await intake.client.jetstream().delete_msg("KV_keys", revision)
        with pytest.raises(KeyNotFoundError):
            await theirs.get("person")


async def test_a_service_keeps_files_in_its_own_object_store(bus: Nats) -> None:
    async with connected(bus, "intake") as session:
        store = await session.client.jetstream().object_store("blobs_intake")
        await store.put("scan", b"x" * 300_000)
        assert (await store.get("scan")).data == b"x" * 300_000
        await store.put("scan", b"second")
        assert (await store.get("scan")).data == b"second"
        await store.delete("scan")
        assert session.errors == []


def test_a_wrong_password_is_refused(bus: Nats) -> None:
    hello = json.dumps({"user": "cases", "pass": "wrong", "verbose": False, "pedantic": False})
    with socket.create_connection(("127.0.0.1", bus.port), timeout=5) as client, client.makefile("rb") as answers:
        answers.readline()
        client.sendall(f"CONNECT {hello}\r\nPING\r\n".encode())
        assert b"Authorization Violation" in answers.readline()


def test_it_listens_on_the_loopback_address_only(bus: Nats, listening_addresses: Callable[[Process], set[str]]) -> None:
    assert listening_addresses(bus.process) == {"127.0.0.1"}


def sync_always(bus: Nats) -> bool:
    with urllib.request.urlopen(f"{bus.monitoring_url}/varz", timeout=5) as answer:
        return bool(json.load(answer)["jetstream"]["config"].get("sync_always"))


def test_sync_interval_always_is_visible_and_unsafe_only_on_request(bus: Nats, folder: Path) -> None:
    assert sync_always(bus)
    unsafe = Nats(folder, sync_always=False)
    unsafe.start()
    try:
        assert not sync_always(unsafe)
    finally:
        unsafe.stop()


async def test_streams_survive_kill_9(folder: Path) -> None:
    bus = Nats(folder)
    bus.start()
    async with connected(bus, "bootstrap") as session:
        await session.client.jetstream().add_stream(StreamConfig(name="KEPT", subjects=["kept"]))
    bus.process.kill()
    bus.start()
    try:
        async with connected(bus, "bootstrap") as session:
            assert (await session.client.jetstream().stream_info("KEPT")).config.name == "KEPT"
    finally:
        bus.stop()
