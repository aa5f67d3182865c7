from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from chassis.clock import new_id
from chassis.data.context import NOBODY, SYSTEM, AccessContext
from chassis.errors import DomainError, Kind
from chassis.privacy.blobs import Blob, BlobBucket, BlobStore, bucket
from chassis.privacy.keyring import KeySource
from contracts.sealed import BrokenSealError
from embedded import Nats
from nats.aio.client import Client
from sqlalchemy import text

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
PUBLIC = AccessContext(NOBODY, frozenset({"public"}))
CANARY = b"canary-Ivanova-1984"
PDF = b"%PDF-1.7\n" + CANARY * 20_000 + b"\n%%EOF\n"
KEYS = KeySource(b"k" * 32, None, owner=True)


@pytest.fixture
async def on_store(world: Any, owner_bus: Client) -> Callable[..., Any]:
    """Runs an action on the store in a transaction of its own, as the API would."""

    async def run(act: Any, limit: int = 20 * 1024 * 1024) -> Any:
        async with world.api.transaction(PUBLIC) as session:
            ring = KEYS.of(session, NOW)
            store = BlobBucket(owner_bus.jetstream(), "cases", limit).of(session, ring, NOW, new_id)
            return await act(store)

    return run


@pytest.fixture
async def person(world: Any) -> UUID:
    id = uuid4()
    async with world.api.transaction(PUBLIC) as session:
        await KEYS.of(session, NOW).create(id)
    return id


async def stored(on_store: Any, person: UUID) -> Blob:
    blob: Blob = await on_store(lambda store: store.put(person, PDF, name="Справка Ивановой.pdf"))
    return blob


async def test_a_file_comes_back_as_it_was_sent(on_store: Any, person: UUID) -> None:
    put = await stored(on_store, person)
    blob, content = await on_store(lambda store: store.open(put.id))
    assert content == PDF
    assert (blob.name, blob.media_type, blob.size) == ("Справка Ивановой.pdf", "application/pdf", len(PDF))


async def test_neither_store_nor_database_holds_anything_readable(
    world: Any, on_store: Any, person: UUID, bus: Nats
) -> None:
    put = await stored(on_store, person)
    assert not any(CANARY in file.read_bytes() for file in bus.store_dir.rglob("*.blk"))
    async with world.worker.transaction(SYSTEM) as session:
        row = (await session.execute(text("SELECT blobs::text FROM blobs WHERE id = :id"), {"id": put.id})).scalar_one()
    assert "Иванов" not in row


async def test_the_name_of_the_object_and_the_headers_say_nothing_about_the_person(on_store: Any, person: UUID) -> None:
    put = await stored(on_store, person)
    described = await on_store(lambda store: store.describe(put.id))
    assert described.name is None
    assert put.headers["Content-Disposition"] == f'attachment; filename="{put.id}"'
    assert put.headers["X-Content-Type-Options"] == "nosniff"


async def test_erasing_the_person_makes_the_file_unreadable(world: Any, on_store: Any, person: UUID) -> None:
    put = await stored(on_store, person)
    async with world.api.transaction(PUBLIC) as session:
        await KEYS.of(session, NOW).erase(person)
    with pytest.raises(DomainError) as caught:
        await on_store(lambda store: store.open(put.id))
    assert caught.value.kind is Kind.GONE


async def test_swapped_objects_are_noticed(world: Any, on_store: Any, person: UUID, owner_bus: Client) -> None:
    one, two = await stored(on_store, person), await stored(on_store, person)
    objects = await owner_bus.jetstream().object_store(bucket("cases"))
    foreign = (await objects.get(str(two.id))).data or b""
    await objects.put(str(one.id), foreign)
    with pytest.raises(BrokenSealError):
        await on_store(lambda store: store.open(one.id))


async def test_a_deleted_file_is_not_found(on_store: Any, person: UUID) -> None:
    put = await stored(on_store, person)
    await on_store(lambda store: store.delete(put.id))
    for act in (BlobStore.open, BlobStore.describe, BlobStore.delete):
        with pytest.raises(DomainError, match="not_found"):
            await on_store(lambda store, act=act: act(store, put.id))


async def test_a_disguised_or_too_large_file_leaves_no_trace(world: Any, on_store: Any, person: UUID) -> None:
    with pytest.raises(DomainError, match="file_disguised"):
        await on_store(lambda store: store.put(person, b"MZ" + bytes(90), name="a.pdf"))
    with pytest.raises(DomainError, match="file_too_large"):
        await on_store(lambda store: store.put(person, PDF, name="a.pdf"), limit=1000)
    async with world.worker.transaction(SYSTEM) as session:
        assert await session.scalar(text("SELECT count(*) FROM blobs")) == 0


async def test_a_rolled_back_upload_cannot_be_found(world: Any, person: UUID, owner_bus: Client) -> None:
    with suppress(LookupError):
        async with world.api.transaction(PUBLIC) as session:
            store = BlobBucket(owner_bus.jetstream(), "cases").of(session, KEYS.of(session, NOW), NOW, new_id)
            put = await store.put(person, PDF)
            raise LookupError
    async with world.api.transaction(PUBLIC) as session:
        store = BlobBucket(owner_bus.jetstream(), "cases").of(session, KEYS.of(session, NOW), NOW, new_id)
        with pytest.raises(DomainError, match="not_found"):
            await store.open(put.id)


async def test_another_service_reads_no_files(on_store: Any, person: UUID, reader_bus: Client) -> None:
    put = await stored(on_store, person)
    foreign = BlobBucket(reader_bus.jetstream(timeout=0.5), "cases")
    with pytest.raises(DomainError) as caught:
        await foreign.get(str(put.id))
    assert caught.value.kind is Kind.UNAVAILABLE
