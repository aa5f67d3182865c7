"""The table of bookings under pressure: overlapping sets of resources in any order, from many transactions at once."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from random import Random
from uuid import UUID, uuid4

from scheduling import bookings
from scheduling.bookings import Booking
from scheduling.spans import Span
from scheduling.testing import World
from sqlalchemy import text

RESOURCES = [UUID(int=1000 + number) for number in range(6)]


async def test_overlapping_sets_neither_deadlock_nor_book_in_halves(world: World) -> None:
    chance, now = Random(7), world.app.clock.now()

    async def attempt(number: int) -> tuple[UUID, int, bool]:
        chosen, start = chance.sample(RESOURCES, 3), now + timedelta(minutes=30 * chance.randrange(4))
        span, subject = Span(start, start + timedelta(hours=1)), uuid4()
        async with world.app.worker.transaction() as unit:
            wanted = [Booking(one, bookings.Kind.ROOM, span, subject) for one in chosen]
            lost = await bookings.book(unit, wanted)
            await asyncio.sleep(0)
        return subject, number, not lost

    results = await asyncio.gather(*(attempt(number) for number in range(80)))
    won = {subject for subject, _, booked in results if booked}
    async with world.app.unit() as unit:
        rows = await unit.session.execute(text("SELECT subject_id, count(*) FROM bookings GROUP BY subject_id"))
        held: dict[UUID, int] = dict(rows.tuples().all())
    assert held == dict.fromkeys(won, 3), "a booking stands whole or not at all"
    assert won


async def test_what_was_released_can_be_booked_again_and_stays_on_record(world: World) -> None:
    now, room = world.app.clock.now(), RESOURCES[0]
    span, first, second = Span(now, now + timedelta(hours=1)), uuid4(), uuid4()
    async with world.app.worker.transaction() as unit:
        assert await bookings.book(unit, [Booking(room, bookings.Kind.ROOM, span, first)]) == []
        taken = await bookings.book(unit, [Booking(room, bookings.Kind.ROOM, span, second)])
        assert [one.kind for one in taken] == [bookings.Kind.ROOM]
        await bookings.release(unit, [first])
        assert await bookings.book(unit, [Booking(room, bookings.Kind.ROOM, span, second)]) == []
        assert await unit.session.scalar(text("SELECT count(*) FROM bookings")) == 2
