"""The rules of ordered, batch and latest consumers, on the real inbox and without a bus."""

from collections.abc import Sequence
from uuid import UUID

import pytest
import workshop
from chassis import consumer as consumer_module
from chassis import dead_letters, gaps, inbox
from chassis.consumer import Consumer, Settlement
from chassis.context import SYSTEM
from chassis.database import Database
from chassis.dead_letters import State
from chassis.errors import DomainError, Kind, unavailable
from chassis.incoming import read
from chassis.messaging import EventRouter
from chassis.ordering import Incoming
from chassis.outbox import TWIN_HEADER
from chassis.unit import Unit
from contracts.event import Envelope
from sqlalchemy import text
from structlog.testing import capture_logs
from workshop import Recorded, consumer_of, recorded, seen, work


def incoming(consumer: Consumer, rows: Sequence[Recorded], *, deliveries: int = 1) -> list[Incoming]:
    return [read(row, consumer.subscription, row.position, deliveries=deliveries) for row in rows]


async def take(consumer: Consumer, rows: Sequence[Recorded]) -> Settlement:
    return await consumer.take(incoming(consumer, rows))


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

    async def listed() -> list[gaps.Gap]:
        async with database.transaction(SYSTEM) as session:
            return list(await gaps.listed(session, limit=10, offset=0))

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


def failing(error: Exception, on: int) -> EventRouter:
    router = workshop.gallery()

    @router.on(workshop.PieceMoved)
    async def fail(event: workshop.PieceMoved, unit: Unit) -> None:
        if event.place == on:
            raise error

    return router


async def letters(database: Database) -> list[tuple[State, int | None]]:
    async with database.transaction(SYSTEM) as session:
        found = await dead_letters.listed(session, [State.OPEN, State.PARKED])
    return [(letter.state, letter.sequence) for letter in found]


async def test_one_failing_message_spoils_neither_its_batch_nor_its_effects(database: Database) -> None:
    consumer = consumer_of(failing(RuntimeError(), on=1), database)
    first, second = await work(database, moves=2), await work(database, moves=0)
    settlement = await take(consumer, await recorded(database))
    assert await seen(database) == [(first, 1), (second, 1)]
    assert [one.envelope.sequence for one, _ in settlement.later if one.envelope] == [2, 3]


async def test_after_five_tries_the_message_is_a_dead_letter_and_later_ones_are_parked(database: Database) -> None:
    consumer = consumer_of(failing(RuntimeError(), on=1), database)
    first = await work(database, moves=3)
    rows = await recorded(database)
    for attempt in range(consumer_module.MOST_ATTEMPTS):
        assert await letters(database) == [], attempt
        await take(consumer, rows)
    await take(consumer, rows)
    assert await letters(database) == [(State.OPEN, 2), (State.PARKED, 3), (State.PARKED, 4)]
    second = await work(database, moves=0)
    await take(consumer, await recorded(database))
    assert await seen(database) == [(first, 1), (second, 1)]


async def test_a_permanent_error_is_a_dead_letter_at_once(database: Database) -> None:
    error = DomainError("no_such_place", Kind.NOT_FOUND, ru="Нет такого места.", en="No such place.")
    consumer = consumer_of(failing(error, on=1), database)
    await work(database, moves=1)
    settlement = await take(consumer, await recorded(database))
    assert not settlement.later
    assert await letters(database) == [(State.OPEN, 2)]


async def test_what_is_unavailable_is_waited_for_however_often_it_fails(database: Database) -> None:
    consumer = consumer_of(failing(unavailable(), on=1), database)
    await work(database, moves=1)
    for _ in range(consumer_module.MOST_ATTEMPTS + 2):
        assert (await take(consumer, await recorded(database))).later
    assert await letters(database) == []


async def test_a_batch_is_not_taken_apart_while_the_database_is_away(database: Database) -> None:
    await work(database, moves=2)
    rows = await recorded(database)
    away = Database("postgresql+asyncpg://nobody:x@127.0.0.1:9/nowhere")
    settlement = await take(consumer_of(workshop.gallery(), away), rows)
    assert not settlement.done
    assert all(delay <= consumer_module.LONGEST_WAIT_SECONDS for _, delay in settlement.later)
    assert len(settlement.later) == len(rows)


async def test_one_message_whose_helper_is_away_holds_up_no_other(database: Database) -> None:
    consumer = consumer_of(failing(ConnectionRefusedError(), on=1), database)
    await work(database, moves=1)
    settlement = await take(consumer, await recorded(database))
    assert settlement.done
    assert settlement.later


async def test_poison_payload_is_a_dead_letter_and_blocks_its_aggregate_only(
    database: Database, gallery: Consumer
) -> None:
    first, second = await work(database, moves=2), await work(database, moves=0)
    rows = await recorded(database)
    broken = Recorded(**vars(rows[2]) | {"data": b'{"place": "nowhere"'})
    await take(gallery, [*rows[:2], broken, *rows[3:]])
    assert await letters(database) == [(State.OPEN, 2), (State.PARKED, 3)]
    assert await seen(database) == [(first, 1), (second, 1)]


async def test_poison_without_usable_headers_is_a_dead_letter_once(database: Database, gallery: Consumer) -> None:
    piece_id = await work(database, moves=1)
    rows = await recorded(database)
    poison = [
        Recorded("evt.workshop.piece.made.v2", headers, b"\xff", 90 + n, 0, True)
        for n, headers in enumerate([{}, {"ce-id": "x"}])
    ]
    for _ in range(2):
        settlement = await take(gallery, [poison[0], *rows, poison[1]])
        assert len(settlement.done) == len(rows) + 2
    assert await letters(database) == [(State.OPEN, None), (State.OPEN, None)]
    assert await seen(database) == [(piece_id, 1), (piece_id, 2)]


async def test_dead_letters_name_the_error_without_its_words(database: Database) -> None:
    consumer = consumer_of(failing(DomainError("bad", Kind.INVALID, ru="Иванов", en="Ivanov"), on=1), database)
    await work(database, moves=1)
    await take(consumer, await recorded(database))
    async with database.transaction(SYSTEM) as session:
        (letter,) = await dead_letters.listed(session)
    assert "DomainError [bad]" in str(letter.error)
    assert "Ivanov" not in str(letter.error)


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


async def test_attempts_are_forgotten_when_a_later_try_succeeds(database: Database, gallery: Consumer) -> None:
    await work(database, moves=0)
    made, _ = await recorded(database)
    async with database.transaction(SYSTEM) as session:
        await inbox.count_attempt(session, gallery.name, UUID(made.headers["ce-id"]), "once")
    await gallery.take(incoming(gallery, [made], deliveries=2))
    async with database.transaction(SYSTEM) as session:
        assert await session.scalar(text("SELECT count(*) FROM consumer_attempts")) == 0


@pytest.mark.parametrize(("trouble", "level"), [(ConnectionRefusedError(), "warning"), (KeyError("Анна"), "error")])
async def test_an_attempt_that_cannot_be_counted_for_a_fault_of_ours_is_told_louder_than_an_outage(
    database: Database, monkeypatch: pytest.MonkeyPatch, trouble: Exception, level: str
) -> None:
    consumer = consumer_of(failing(RuntimeError(), on=1), database)

    async def uncounted(*_: object) -> int:
        raise trouble

    monkeypatch.setattr(consumer, "_count_attempt", uncounted)
    await work(database, moves=1)
    with capture_logs() as told:
        settlement = await take(consumer, await recorded(database))
    assert settlement.later
    (line,) = [line for line in told if line["event"] == "attempt not counted"]
    assert line["log_level"] == level
    assert line["error"].startswith(type(trouble).__name__)
    assert "Анна" not in str(line)
