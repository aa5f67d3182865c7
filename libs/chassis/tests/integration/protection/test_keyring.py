import asyncio
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import nats
import pytest
from chassis.bus.topology import Sizes, key_stream
from chassis.clock import SystemClock
from chassis.data.context import NOBODY, SYSTEM, AccessContext
from chassis.errors import DomainError, Kind
from chassis.privacy.keyring import CACHE_FOR, STREAM, KeyCopier, Keyring, KeySource, subject
from contracts.sealed import PersonKey
from embedded import Nats
from nats.aio.client import Client
from nats.errors import Error as NatsError
from sqlalchemy import text

SECRET, OTHER_SECRET = b"k" * 32, b"x" * 32
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
PUBLIC = AccessContext(NOBODY, frozenset({"public"}))


async def on_keyring(world: Any, act: Any, now: datetime = NOW, source: KeySource | None = None) -> Any:
    source = source or KeySource(SECRET, None, owner=True)
    async with world.api.transaction(PUBLIC) as session:
        return await act(source.of(session, now))


async def created(world: Any) -> PersonKey:
    key: PersonKey = await on_keyring(world, lambda ring: ring.create(uuid4()))
    return key


def copier(world: Any, client: Client) -> KeyCopier:
    return KeyCopier(world.worker, client.jetstream(), SystemClock())


def reader(client: Client, secret: bytes = SECRET) -> KeySource:
    return KeySource(secret, client.jetstream())


async def refusal(call: Any) -> Kind:
    with pytest.raises(DomainError) as caught:
        await call
    return caught.value.kind


async def test_a_created_key_is_there_in_the_same_transaction_and_after(world: Any) -> None:
    person = uuid4()

    async def act(ring: Keyring) -> tuple[PersonKey, PersonKey]:
        return await ring.create(person), await ring.get(person)

    first, second = await on_keyring(world, act)
    third = await on_keyring(world, lambda ring: ring.get(person))
    assert first.material == second.material == third.material
    assert len(first.material) == 32


async def test_the_database_holds_the_key_only_wrapped_and_bound_to_its_person(world: Any) -> None:
    one, two = await created(world), await created(world)
    async with world.worker.transaction(SYSTEM) as session:
        stored = dict((await session.execute(text("SELECT person_id, material FROM person_keys"))).tuples().all())
    assert one.material not in stored[one.person_id]
    source = KeySource(SECRET, None)
    assert source.unwrap(one.person_id, 1, stored[one.person_id]).material == one.material
    for person, version, holder in ((two.person_id, 1, source), (one.person_id, 2, source)):
        with pytest.raises(RuntimeError, match="does not open"):
            holder.unwrap(person, version, stored[one.person_id])
    with pytest.raises(RuntimeError, match="does not open"):
        KeySource(OTHER_SECRET, None).unwrap(one.person_id, 1, stored[one.person_id])


async def test_a_service_that_does_not_own_the_keys_cannot_make_or_erase_them(world: Any, reader_bus: Client) -> None:
    for act in (lambda ring: ring.create(uuid4()), lambda ring: ring.erase(uuid4())):
        with pytest.raises(RuntimeError, match="owns the keys"):
            await on_keyring(world, act, source=reader(reader_bus))


async def test_consumers_wait_for_a_key_that_is_not_copied_yet(
    world: Any, owner_bus: Client, reader_bus: Client
) -> None:
    key, source = await created(world), reader(reader_bus)
    assert await refusal(source.fetch(key.person_id)) is Kind.UNAVAILABLE
    assert await copier(world, owner_bus).copy() == 1
    assert (await source.fetch(key.person_id)).material == key.material


async def test_the_running_copier_delivers_within_a_second(world: Any, owner_bus: Client, reader_bus: Client) -> None:
    running = asyncio.create_task(copier(world, owner_bus).run())
    try:
        key, source = await created(world), reader(reader_bus)
        deadline = time.monotonic() + 1
        while time.monotonic() < deadline:
            try:
                assert (await source.fetch(key.person_id)).material == key.material
                return
            except DomainError:
                await asyncio.sleep(0.02)
        pytest.fail("the key did not arrive")
    finally:
        running.cancel()


async def test_a_rolled_back_person_never_reaches_the_bus(world: Any, owner_bus: Client) -> None:
    with suppress(LookupError):
        async with world.api.transaction(PUBLIC) as session:
            await KeySource(SECRET, None, owner=True).of(session, NOW).create(uuid4())
            raise LookupError
    assert await copier(world, owner_bus).copy() == 0


async def test_fetched_keys_are_remembered_for_five_minutes_at_most(
    world: Any, owner_bus: Client, reader_bus: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, source = await created(world), reader(reader_bus)
    await copier(world, owner_bus).copy()
    await source.fetch(key.person_id)
    await erase(world, key.person_id)
    await copier(world, owner_bus).copy()
    assert (await source.fetch(key.person_id)).material == key.material
    later = time.monotonic() + CACHE_FOR.total_seconds() + 1
    monkeypatch.setattr("chassis.privacy.keyring.time.monotonic", lambda: later)
    assert await refusal(source.fetch(key.person_id)) is Kind.GONE


async def erase(world: Any, person: UUID, now: datetime = NOW) -> None:
    await on_keyring(world, lambda ring: ring.erase(person), now)


async def test_an_erased_key_is_gone_from_row_bucket_and_disk(
    world: Any, owner_bus: Client, reader_bus: Client, bus: Nats
) -> None:
    key = await created(world)
    await copier(world, owner_bus).copy()
    message = await owner_bus.jetstream().get_last_msg(STREAM, subject(key.person_id), direct=True)
    assert message.data is not None
    assert on_disk(bus, message.data)

    await erase(world, key.person_id)
    assert await refusal(on_keyring(world, lambda ring: ring.get(key.person_id))) is Kind.GONE
    assert await copier(world, owner_bus).copy() == 1
    assert await refusal(reader(reader_bus).fetch(key.person_id)) is Kind.GONE
    assert not on_disk(bus, message.data)
    async with world.worker.transaction(SYSTEM) as session:
        found = await session.scalar(
            text("SELECT material FROM person_keys WHERE person_id = :p"), {"p": key.person_id}
        )
    assert found is None


def on_disk(bus: Nats, wrapped: bytes) -> bool:
    return any(wrapped in file.read_bytes() for file in bus.store_dir.rglob("*.blk"))


async def test_erasing_is_complete_only_when_no_cache_can_hold_the_key(world: Any, owner_bus: Client) -> None:
    key = await created(world)
    await copier(world, owner_bus).copy()
    await erase(world, key.person_id)
    assert not await gone(world, key.person_id, datetime.now(UTC) + timedelta(days=1))
    await copier(world, owner_bus).copy()
    assert not await gone(world, key.person_id, datetime.now(UTC))
    assert await gone(world, key.person_id, datetime.now(UTC) + CACHE_FOR + timedelta(seconds=5))
    await erase(world, key.person_id)
    assert await copier(world, owner_bus).copy() == 0


async def gone(world: Any, person: UUID, now: datetime) -> bool:
    return bool(await on_keyring(world, lambda ring: ring.gone_everywhere(person), now))


async def test_a_lost_bucket_is_filled_again_and_the_erased_stay_erased(
    world: Any, owner_bus: Client, reader_bus: Client, bus: Nats
) -> None:
    kept, lost = await created(world), await created(world)
    await erase(world, lost.person_id)
    await copier(world, owner_bus).copy()
    await lose(bus)
    await copier(world, owner_bus).refill()
    assert await copier(world, owner_bus).copy() == 2
    assert (await reader(reader_bus).fetch(kept.person_id)).material == kept.material
    assert await refusal(reader(reader_bus).fetch(lost.person_id)) is Kind.GONE


async def lose(bus: Nats) -> None:
    client = await nats.connect(bus.bootstrap_url, inbox_prefix=b"_INBOX_bootstrap")
    await client.jetstream().delete_stream(STREAM)
    await client.jetstream().add_stream(key_stream(Sizes()))
    await client.close()


async def test_copying_again_leaves_the_first_message_in_place(world: Any, owner_bus: Client) -> None:
    key = await created(world)
    await copier(world, owner_bus).copy()
    before = await owner_bus.jetstream().get_last_msg(STREAM, subject(key.person_id), direct=True)
    async with world.worker.transaction(SYSTEM) as session:
        await session.execute(text("UPDATE person_keys SET copied_at = NULL"))
    await copier(world, owner_bus).copy()
    after = await owner_bus.jetstream().get_last_msg(STREAM, subject(key.person_id), direct=True)
    assert before.seq == after.seq


async def test_a_service_without_the_right_reads_no_key(world: Any, owner_bus: Client, stranger_bus: Client) -> None:
    key = await created(world)
    await copier(world, owner_bus).copy()
    stranger = KeySource(SECRET, stranger_bus.jetstream(timeout=0.5))
    assert await refusal(stranger.fetch(key.person_id)) is Kind.UNAVAILABLE


async def test_a_reader_cannot_write_or_delete_keys(reader_bus: Client) -> None:
    stream = reader_bus.jetstream(timeout=0.5)
    with pytest.raises(NatsError):
        await stream.publish(subject(uuid4()), b"x", stream=STREAM)
    with pytest.raises((NatsError, TimeoutError)):
        await asyncio.wait_for(stream.delete_msg(STREAM, 1), 0.5)
