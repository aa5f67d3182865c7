"""The rules of ordered, batch and latest consumers, on the real inbox and without a bus."""

from typing import Any
from uuid import UUID

import pytest
from chassis.bus import EventRouter, gaps
from chassis.bus.consumer import Consumer
from chassis.data.context import SYSTEM
from chassis.data.database import Database
from chassis.data.outbox import TWIN_HEADER
from chassis.work import Unit
from contracts.event import Envelope
from sqlalchemy import text

from libs.chassis.tests.integration.event_path import workshop
from libs.chassis.tests.integration.event_path.workshop import consumer_of, incoming, recorded, seen, take, work


async def test_facts_are_applied_once_in_order_and_ignored_ones_advance(database: Database, gallery: Consumer) -> None:
    piece_id = await work(database, moves=2, paint=True)
    settlement = await take(gallery, await recorded(database))
    assert not settlement.later
    # painted (2 and 4) is ignored, made.v1 is a twin
    assert await seen(database) == [(piece_id, 1), (piece_id, 3), (piece_id, 5)]


async def test_a_batch_delivered_again_changes_nothing(database: Database, gallery: Consumer) -> None:
    await work(database, moves=2)
    rows = await recorded(database)
    await take(gallery, rows)
    before = await seen(database)
    settlement = await take(gallery, rows)
    assert len(settlement.done) == len(rows)
    assert await seen(database) == before


async def test_a_gap_waits_and_other_aggregates_go_on(database: Database, gallery: Consumer) -> None:
    first = await work(database, moves=2)
    second = await work(database, moves=0)
    rows = [
        row for row in await recorded(database) if not (row.headers["ce-subject"] == str(first) and row.sequence == 2)
    ]
    settlement = await take(gallery, rows)
    assert [one.envelope.sequence for one, delay in settlement.later if one.envelope and delay > 0] == [3]
    assert await seen(database) == [(first, 1), (second, 1)]
    assert not (await take(gallery, await recorded(database))).later
    assert (await seen(database))[2:] == [(first, 2), (first, 3)]


async def test_a_gap_that_lasts_is_listed_until_it_closes(database: Database, gallery: Consumer) -> None:
    piece_id = await work(database, moves=2)
    made, second, third = [row for row in await recorded(database) if TWIN_HEADER not in row.headers]
    await take(gallery, [made])

    async def listed() -> list[Any]:
        async with database.transaction(SYSTEM) as session:
            return list(await session.execute(gaps.waiting()))

    await gallery.take(incoming(gallery, [third], deliveries=2))
    assert await listed() == []
    for deliveries in (gaps.LASTING_DELIVERIES, gaps.LASTING_DELIVERIES + 1):
        assert (await gallery.take(incoming(gallery, [third], deliveries=deliveries))).later
    (gap,) = await listed()
    assert str(piece_id) in gap.waits_for
    async with database.transaction(SYSTEM) as session:
        assert (await gaps.counts(session))[gallery.name][0] == 1
    await take(gallery, [second])
    await gallery.take(incoming(gallery, [third], deliveries=9))
    assert await listed() == []


async def test_a_batch_in_mixed_order_is_taken_in_stream_order(database: Database, gallery: Consumer) -> None:
    piece_id = await work(database, moves=3)
    assert not (await take(gallery, (await recorded(database))[::-1])).later
    assert await seen(database) == [(piece_id, n) for n in (1, 2, 3, 4)]


async def test_an_unknown_aggregate_starts_with_its_first_fact(database: Database, gallery: Consumer) -> None:
    """A later fact first is a redelivery overtaken, not a baseline: taking it would lose the first one."""
    piece_id = await work(database, moves=1)
    made, _, moved = await recorded(database)
    assert len((await take(gallery, [moved])).later) == 1
    await take(gallery, [made])
    await take(gallery, [moved])
    assert await seen(database) == [(piece_id, 1), (piece_id, 2)]


async def test_a_durable_that_starts_in_the_middle_takes_its_baseline_from_what_it_sees_first(
    database: Database, gallery: Consumer
) -> None:
    piece_id = await work(database, moves=3)
    gallery.from_first = False
    assert not (await take(gallery, (await recorded(database))[-2:])).later
    assert await seen(database) == [(piece_id, 3), (piece_id, 4)]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
async def test_the_twin_of_a_handled_fact_neither_applies_nor_advances(
    database: Database, gallery: Consumer, order: tuple[int, int]
) -> None:
    piece_id = await work(database, moves=0)
    rows = await recorded(database)
    for place in order:
        assert not (await take(gallery, [rows[place]])).later
    assert await seen(database) == [(piece_id, 1)]


async def test_an_old_fact_that_has_no_newer_twin_is_upcast(database: Database) -> None:
    told: list[str] = []
    router = EventRouter()

    @router.on(workshop.PieceMade)
    async def made(event: workshop.PieceMade, unit: Unit) -> None:
        told.append(event.colour)

    await work(database, moves=0)
    _, old = await recorded(database)
    old.headers.pop(TWIN_HEADER)
    await take(consumer_of(router, database), [old])
    assert told == ["grey"]


async def test_a_reader_of_the_old_version_gets_the_twin(database: Database) -> None:
    told: list[UUID] = []
    router = EventRouter()

    @router.on(workshop.PieceMadeV1)
    async def made(event: workshop.PieceMadeV1, unit: Unit) -> None:
        told.append(event.piece_id)

    piece_id = await work(database, moves=1)
    assert not (await take(consumer_of(router, database), await recorded(database))).later
    assert told == [piece_id]


async def test_a_projection_gets_whole_batches_in_order(database: Database) -> None:
    consumer = consumer_of(workshop.projection(), database)
    first, second = await work(database, moves=1, paint=True), await work(database, moves=0)
    await take(consumer, await recorded(database))
    assert await seen(database, "batch") == [(first, 1), (first, 3), (second, 1)]


async def test_latest_passes_over_what_is_older_and_knows_no_gaps(database: Database) -> None:
    router = EventRouter()

    @router.on(workshop.PieceMoved, ordered=False)
    async def moved(event: workshop.PieceMoved, unit: Unit, envelope: Envelope) -> None:
        await workshop.see(unit.session, "gallery", event, envelope)

    consumer = consumer_of(router, database)
    piece_id = await work(database, moves=3)
    moves = [row for row in await recorded(database) if "moved" in row.subject]
    assert not (await take(consumer, [moves[1]])).later
    assert not (await take(consumer, [moves[0]])).later
    await take(consumer, [moves[2]])
    assert await seen(database) == [(piece_id, 3), (piece_id, 4)]


async def test_inbox_stops_an_event_the_position_does_not_know(database: Database, gallery: Consumer) -> None:
    piece_id = await work(database, moves=1)
    rows = await recorded(database)
    await take(gallery, rows)
    async with database.transaction(SYSTEM) as session:
        await session.execute(text("DELETE FROM consumer_positions"))
    await take(gallery, rows)
    assert await seen(database) == [(piece_id, 1), (piece_id, 2)]


async def test_facts_recorded_by_a_handler_name_the_event_as_their_cause(database: Database) -> None:
    router = EventRouter()
    made_by: dict[str, UUID] = {}

    @router.on(workshop.PieceMoved)
    async def answer(event: workshop.PieceMoved, unit: Unit, envelope: Envelope) -> None:
        piece = workshop.make(envelope.id)
        unit.session.add(piece)
        made_by[str(piece.id)] = envelope.correlation_id

    await work(database, moves=3)
    await take(consumer_of(router, database), await recorded(database))
    answers = [row.headers for row in await recorded(database) if row.headers["ce-subject"] in made_by]
    assert len(answers) == 6
    for headers in answers:
        assert headers["ce-causationid"] == headers["ce-subject"]
        assert headers["ce-correlationid"] == str(made_by[headers["ce-subject"]])
