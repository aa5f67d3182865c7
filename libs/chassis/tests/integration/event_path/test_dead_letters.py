"""Redrive: the letter first, then what is parked behind it, in order, while others go on."""

from dataclasses import dataclass, field
from uuid import UUID

import pytest
from chassis.bus import EventRouter, dead_letters
from chassis.bus.consumer import Consumer
from chassis.bus.dead_letters import DeadLetter, Decision, LetterState
from chassis.bus.incoming import read
from chassis.bus.redrive import Redriver
from chassis.data.context import SYSTEM
from chassis.data.database import Database
from chassis.errors import DomainError, Kind
from chassis.work import Unit
from contracts.event import Envelope

from libs.chassis.tests.integration.event_path import workshop
from libs.chassis.tests.integration.event_path.workshop import Recorded, consumer_of, recorded, seen, work


@dataclass
class Fault:
    """Which sequences fail at present."""

    sequences: set[int] = field(default_factory=set)

    def router(self) -> EventRouter:
        router = EventRouter()

        @router.on(workshop.PieceMoved)
        async def moved(event: workshop.PieceMoved, unit: Unit, envelope: Envelope) -> None:
            await workshop.see(unit.session, "gallery", event, envelope)
            if envelope.sequence in self.sequences:
                raise DomainError("broken", Kind.CONFLICT, ru="Сломано.", en="Broken.")

        return router


@dataclass
class Scene:
    """A piece whose second fact is a dead letter, with two parked behind it."""

    database: Database
    consumer: Consumer
    redriver: Redriver
    fault: Fault
    piece_id: UUID

    async def take(self, rows: list[Recorded]) -> None:
        await self.consumer.take([read(row, self.consumer.subscription, row.position) for row in rows])

    async def letters(self, *states: LetterState) -> list[DeadLetter]:
        async with self.database.transaction(SYSTEM) as session:
            return await dead_letters.listed(session, states or (LetterState.OPEN, LetterState.PARKED))

    async def states(self) -> list[tuple[int | None, LetterState]]:
        return [(one.sequence, one.state) for one in await self.letters(*LetterState)]


@pytest.fixture
async def scene(database: Database) -> Scene:
    fault = Fault({2})
    consumer = consumer_of(fault.router(), database)
    piece_id = await work(database, moves=3)
    scene = Scene(database, consumer, Redriver([consumer], consumer.runtime), fault, piece_id)
    await scene.take(await recorded(database))
    return scene


async def test_redrive_handles_the_letter_and_then_the_parked_in_order(scene: Scene) -> None:
    scene.fault.sequences.clear()
    (letter,) = await scene.letters(LetterState.OPEN)
    outcome = await scene.redriver.redrive(letter.id)
    assert (outcome.settled, outcome.failed) == (3, None)
    assert await seen(scene.database) == [(scene.piece_id, n) for n in (2, 3, 4)]
    assert await scene.states() == [(n, LetterState.REDRIVEN) for n in (2, 3, 4)]


async def test_after_a_redrive_the_aggregate_flows_again(scene: Scene) -> None:
    scene.fault.sequences.clear()
    (letter,) = await scene.letters(LetterState.OPEN)
    await scene.redriver.redrive(letter.id)
    async with scene.database.transaction(SYSTEM) as session:
        (await session.get_one(workshop.Piece, scene.piece_id)).move(9)
    await scene.take((await recorded(scene.database))[-1:])
    assert (await seen(scene.database))[-1] == (scene.piece_id, 5)


async def test_a_redrive_that_fails_leaves_the_letter_open_and_nothing_changed(scene: Scene) -> None:
    (letter,) = await scene.letters(LetterState.OPEN)
    outcome = await scene.redriver.redrive(letter.id)
    assert (outcome.settled, outcome.failed) == (0, letter.id)
    assert await seen(scene.database) == []
    (still,) = await scene.letters(LetterState.OPEN)
    assert (still.id, still.attempts) == (letter.id, letter.attempts + 1)


async def test_a_parked_one_that_fails_takes_the_letters_place(scene: Scene) -> None:
    scene.fault.sequences = {3}
    (letter,) = await scene.letters(LetterState.OPEN)
    outcome = await scene.redriver.redrive(letter.id)
    assert outcome.settled == 1
    assert await scene.states() == [(2, LetterState.REDRIVEN), (3, LetterState.OPEN), (4, LetterState.PARKED)]
    scene.fault.sequences.clear()
    assert outcome.failed
    await scene.redriver.redrive(outcome.failed)
    assert await seen(scene.database) == [(scene.piece_id, n) for n in (2, 3, 4)]


async def test_discard_passes_over_the_letter_and_goes_on(scene: Scene) -> None:
    (letter,) = await scene.letters(LetterState.OPEN)
    await scene.redriver.redrive(letter.id, Decision.DISCARD)
    assert await seen(scene.database) == [(scene.piece_id, 3), (scene.piece_id, 4)]
    assert (await scene.states())[0] == (2, LetterState.DISCARDED)


async def test_a_decision_of_the_api_is_carried_out_by_the_worker(scene: Scene) -> None:
    scene.fault.sequences.clear()
    (letter,) = await scene.letters(LetterState.OPEN)
    async with scene.database.transaction(SYSTEM) as session:
        await dead_letters.decide(session, letter.id, Decision.REDRIVE, by=None, now=letter.arrived_at)
    assert [outcome.settled for outcome in await scene.redriver.carry_out()] == [3]
    assert await scene.redriver.carry_out() == []


async def test_only_an_open_letter_can_be_decided_on(scene: Scene) -> None:
    parked, *_ = await scene.letters(LetterState.PARKED)
    async with scene.database.transaction(SYSTEM) as session:
        with pytest.raises(DomainError, match="dead_letter_not_open"):
            await dead_letters.decide(session, parked.id, Decision.REDRIVE, by=None, now=parked.arrived_at)


async def test_a_redriven_letter_that_is_delivered_again_changes_nothing(scene: Scene) -> None:
    scene.fault.sequences.clear()
    (letter,) = await scene.letters(LetterState.OPEN)
    await scene.redriver.redrive(letter.id)
    before = await seen(scene.database)
    await scene.take(await recorded(scene.database))
    assert await seen(scene.database) == before


async def test_counts_feed_the_alarm(scene: Scene) -> None:
    async with scene.database.transaction(SYSTEM) as session:
        assert await dead_letters.counts(session) == {LetterState.OPEN: 1, LetterState.PARKED: 2}
