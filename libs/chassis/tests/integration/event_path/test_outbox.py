"""State and facts are durable together; each aggregate's facts stand in the outbox in sequence."""

import asyncio

import pytest
from chassis.clock import new_id
from chassis.data import outbox
from chassis.data.context import SYSTEM, Cause
from chassis.data.database import Database
from contracts.event import Envelope
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from libs.chassis.tests.integration.event_path import workshop
from libs.chassis.tests.integration.event_path.workshop import recorded, work


async def test_first_fact_has_sequence_1_and_version_is_the_last_sequence(database: Database) -> None:
    piece_id = await work(database, moves=2)
    rows = await recorded(database)
    assert [(row.subject, row.sequence) for row in rows] == [
        ("evt.workshop.piece.made.v2", 1),
        ("evt.workshop.piece.made.v1", 1),
        ("evt.workshop.piece.moved.v1", 2),
        ("evt.workshop.piece.moved.v1", 3),
    ]
    async with database.transaction(SYSTEM) as session:
        assert (await session.get_one(workshop.Piece, piece_id)).version == 3


async def test_twins_share_the_sequence_have_own_ids_and_only_the_older_is_marked(database: Database) -> None:
    await work(database, moves=0)
    newest, twin = await recorded(database)
    assert newest.sequence == twin.sequence == 1
    assert newest.headers["ce-id"] != twin.headers["ce-id"]
    assert outbox.TWIN_HEADER not in newest.headers
    assert twin.headers[outbox.TWIN_HEADER] == "true"


async def test_headers_carry_correlation_causation_and_trace(database: Database) -> None:
    cause = Cause(new_id(), new_id(), "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
    async with database.transaction(SYSTEM, cause) as session:
        session.add(workshop.make(new_id()))
    row, _ = await recorded(database)
    envelope = Envelope.parse(row.headers)
    assert (envelope.correlation_id, envelope.causation_id) == (cause.correlation_id, cause.causation_id)
    assert envelope.traceparent == cause.traceparent
    assert row.headers["Nats-Msg-Id"] == str(envelope.id)


async def test_a_fact_without_any_other_change_is_kept_even_when_the_caller_lets_go(database: Database) -> None:
    piece_id = await work(database, moves=0)
    async with database.transaction(SYSTEM) as session:
        (await session.get_one(workshop.Piece, piece_id)).paint()
    assert (await recorded(database))[-1].subject == "evt.workshop.piece.painted.v1"


async def test_the_age_of_the_oldest_unsent_fact_is_told_though_no_relay_runs(database: Database) -> None:
    async def age() -> float:
        async with database.transaction(SYSTEM) as session:
            return await outbox.oldest_seconds(session)

    assert await age() == 0
    await work(database, moves=1)
    await asyncio.sleep(0.05)
    assert await age() >= 0.05
    async with database.transaction(SYSTEM) as session:
        await session.execute(text("UPDATE outbox SET sent_at = now()"))
    assert await age() == 0


async def test_rollback_leaves_neither_state_nor_fact(database: Database) -> None:
    async def fail() -> None:
        async with database.transaction(SYSTEM) as session:
            session.add(workshop.make(new_id()))
            await session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    assert await recorded(database) == []


async def test_a_flush_refused_inside_a_savepoint_leaves_no_fact_to_the_next_one(database: Database) -> None:
    taken = await work(database, moves=0)
    async with database.transaction(SYSTEM) as session:
        with pytest.raises(IntegrityError):
            async with session.begin_nested():
                session.add(workshop.make(taken))
        session.add(workshop.make(new_id()))
    told = [row.headers["ce-subject"] for row in await recorded(database)]
    assert told.count(str(taken)) == 2


async def test_facts_of_several_aggregates_stand_in_recording_order(database: Database) -> None:
    first, second = workshop.make(new_id()), workshop.make(new_id())
    async with database.transaction(SYSTEM) as session:
        session.add_all([second, first])
        first.move(1)
        second.move(1)
        first.move(2)
    told = [(row.headers["ce-subject"], row.sequence) for row in await recorded(database) if "moved" in row.subject]
    assert told == [(str(first.id), 2), (str(second.id), 2), (str(first.id), 3)]


async def test_two_writers_of_one_aggregate_the_slower_is_refused(database: Database) -> None:
    piece_id = await work(database, moves=0)
    async with database.transaction(SYSTEM) as session:
        piece = await session.get_one(workshop.Piece, piece_id)
        async with database.transaction(SYSTEM) as other:
            (await other.get_one(workshop.Piece, piece_id)).move(1)
        piece.move(2)
        with pytest.raises(StaleDataError):
            await session.flush()
        await session.rollback()
    assert [row.sequence for row in await recorded(database)] == [1, 1, 2]


async def test_positions_of_one_aggregate_follow_its_sequence_under_concurrency(database: Database) -> None:
    piece_id = await work(database, moves=0)

    async def move(place: int) -> None:
        async with database.transaction(SYSTEM) as session:
            (await session.get_one(workshop.Piece, piece_id, with_for_update=True)).move(place)

    await asyncio.gather(*map(move, range(20)))
    rows = await recorded(database)
    assert [row.sequence for row in rows] == [1, 1, *range(2, 22)]


async def test_a_commit_wakes_the_listener(database: Database) -> None:
    import asyncpg

    listener = await asyncpg.connect(database.dsn)  # type: ignore[no-untyped-call]
    woken = asyncio.Event()
    await listener.add_listener(outbox.CHANNEL, lambda *_: woken.set())
    await work(database, moves=0)
    await asyncio.wait_for(woken.wait(), 2)
    await listener.close()


async def test_rows_land_in_the_partition_of_their_month_a_year_is_ready(database: Database) -> None:
    await work(database, moves=0)
    async with database.transaction(SYSTEM) as session:
        assert await session.scalar(text("SELECT count(*) FROM outbox_default")) == 0
        count = "SELECT count(*) FROM pg_inherits WHERE inhparent = 'outbox'::regclass"
        assert await session.scalar(text(count)) == 14
        assert await outbox.make_partitions(session) == 0


async def test_context_is_set_for_the_transaction_and_not_kept_by_the_connection(database: Database) -> None:
    async with database.transaction(SYSTEM) as session:
        assert await session.scalar(text("SELECT current_setting('app.roles')")) == '{"system"}'
    async with database.engine.connect() as connection:
        assert await connection.scalar(text("SELECT current_setting('app.roles', true)")) in {"", None}
