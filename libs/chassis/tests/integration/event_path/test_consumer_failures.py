"""What becomes of messages that cannot be handled: waited for, tried again, laid aside (ADR 8)."""

from uuid import UUID

import pytest
from chassis.bus import EventRouter, dead_letters, inbox
from chassis.bus import consumer as consumer_module
from chassis.bus.consumer import Consumer
from chassis.bus.dead_letters import LetterState
from chassis.data.context import SYSTEM
from chassis.data.database import Database
from chassis.errors import DomainError, Kind, unavailable
from chassis.work import Unit
from sqlalchemy import text
from structlog.testing import capture_logs

from libs.chassis.tests.integration.event_path import workshop
from libs.chassis.tests.integration.event_path.workshop import (
    Recorded,
    consumer_of,
    incoming,
    recorded,
    seen,
    take,
    work,
)


def failing(error: Exception, on: int) -> EventRouter:
    router = workshop.gallery()

    @router.on(workshop.PieceMoved)
    async def fail(event: workshop.PieceMoved, unit: Unit) -> None:
        if event.place == on:
            raise error

    return router


async def letters(database: Database) -> list[tuple[LetterState, int | None]]:
    async with database.transaction(SYSTEM) as session:
        found = await dead_letters.listed(session, [LetterState.OPEN, LetterState.PARKED])
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
    assert await letters(database) == [(LetterState.OPEN, 2), (LetterState.PARKED, 3), (LetterState.PARKED, 4)]
    second = await work(database, moves=0)
    await take(consumer, await recorded(database))
    assert await seen(database) == [(first, 1), (second, 1)]


async def test_a_permanent_error_is_a_dead_letter_at_once(database: Database) -> None:
    error = DomainError("no_such_place", Kind.NOT_FOUND, ru="Нет такого места.", en="No such place.")
    consumer = consumer_of(failing(error, on=1), database)
    await work(database, moves=1)
    settlement = await take(consumer, await recorded(database))
    assert not settlement.later
    assert await letters(database) == [(LetterState.OPEN, 2)]


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
    assert await letters(database) == [(LetterState.OPEN, 2), (LetterState.PARKED, 3)]
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
    assert await letters(database) == [(LetterState.OPEN, None), (LetterState.OPEN, None)]
    assert await seen(database) == [(piece_id, 1), (piece_id, 2)]


async def test_dead_letters_name_the_error_without_its_words(database: Database) -> None:
    consumer = consumer_of(failing(DomainError("bad", Kind.INVALID, ru="Иванов", en="Ivanov"), on=1), database)
    await work(database, moves=1)
    await take(consumer, await recorded(database))
    async with database.transaction(SYSTEM) as session:
        (letter,) = await dead_letters.listed(session)
    assert "DomainError [bad]" in str(letter.error)
    assert "Ivanov" not in str(letter.error)


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
