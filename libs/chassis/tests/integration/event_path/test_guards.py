"""Each guard of the event path, broken on purpose: the oracle must notice. A net that never caught anything is none."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from chassis.bus import EventRouter, dead_letters, inbox, ordering
from chassis.bus.consumer import Consumer, Settlement
from chassis.bus.incoming import read
from chassis.bus.ordering import Course, Incoming, Relevance, Verdict
from chassis.bus.redrive import Redriver
from chassis.bus.relay import Relay
from chassis.data.context import SYSTEM
from chassis.data.database import Database
from chassis.errors import DomainError, Kind
from chassis.work import Unit
from contracts.event import Envelope
from sqlalchemy import text

from libs.chassis.tests.integration.event_path import workshop
from libs.chassis.tests.integration.event_path.piece_history import Fact, Journal, violations
from libs.chassis.tests.integration.event_path.workshop import Bus, Recorded, consumer_of, recorded, seen


@dataclass
class HostileBus:
    """Delivers at least once, in windows it shuffles, with doubles and lost acknowledgements."""

    seed: int
    acknowledge_first: bool = False
    dice: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)

    async def deliver(self, consumer: Consumer, rows: Sequence[Recorded]) -> None:
        """Until everything is acknowledged, or for as long as a stream could take."""
        waiting = {row.position: 1 for row in rows}
        stored = {row.position: row for row in rows}
        for _ in range(15 * len(rows)):
            if not waiting:
                return
            window = sorted(waiting)[:12]
            chosen = self.dice.sample(window, min(len(window), self.dice.randint(1, 5)))
            batch = [read(stored[n], consumer.subscription, n, deliveries=waiting[n]) for n in chosen]
            settlement = await consumer.take(batch)
            acknowledged = batch if self.acknowledge_first else settlement.done
            for place in chosen:
                waiting[place] += 1
            for incoming in acknowledged:
                if self.dice.random() > 0.15:
                    waiting.pop(self._position(incoming, stored), None)

    def _position(self, incoming: Incoming, stored: dict[int, Recorded]) -> int:
        return next(n for n, row in stored.items() if row is incoming.message)


@dataclass
class Stage:
    """Pieces with a history, a handler that fails where told, and the oracle."""

    database: Database
    failing: dict[Fact, list[Exception]] = field(default_factory=dict)
    versions: dict[UUID, int] = field(default_factory=dict)

    async def prepare(self) -> None:
        for moves in (3, 5, 4, 6):
            piece_id = await workshop.work(self.database, moves=moves)
            self.versions[piece_id] = moves + 1

    def consumer(self) -> Consumer:
        router = EventRouter()

        @router.on(workshop.PieceMade)
        async def made(event: workshop.PieceMade, unit: Unit, envelope: Envelope) -> None:
            await workshop.see(unit.session, "gallery", event, envelope)

        @router.on(workshop.PieceMoved)
        async def moved(event: workshop.PieceMoved, unit: Unit, envelope: Envelope) -> None:
            await workshop.see(unit.session, "gallery", event, envelope)
            if errors := self.failing.get((envelope.subject, envelope.sequence)):
                raise errors.pop()

        return consumer_of(router, self.database)

    async def play(self, seed: int, *, acknowledge_first: bool = False) -> list[str]:
        consumer = self.consumer()
        await HostileBus(seed, acknowledge_first).deliver(consumer, await recorded(self.database))
        await self._redrive(consumer)
        query = text("SELECT s.piece_id, s.sequence FROM inbox i JOIN seen s USING (event_id) WHERE i.consumer = :name")
        async with self.database.transaction(SYSTEM) as session:
            taken = [(row[0], row[1]) for row in await session.execute(query, {"name": consumer.name})]
        return violations(Journal(self.versions), self.versions, await seen(self.database), taken)

    async def _redrive(self, consumer: Consumer) -> None:
        async with self.database.transaction(SYSTEM) as session:
            letters = await dead_letters.listed(session)
        for letter in letters:
            await Redriver([consumer], consumer.runtime).redrive(letter.id)


@pytest.fixture
async def stage(database: Database) -> Stage:
    stage = Stage(database)
    await stage.prepare()
    return stage


TRANSIENT = RuntimeError("a moment's weakness")
PERMANENT = DomainError("refused", Kind.CONFLICT, ru="Отказ.", en="Refused.")


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("error", [None, TRANSIENT, PERMANENT])
async def test_with_all_guards_a_hostile_bus_breaks_no_promise(
    stage: Stage, seed: int, error: Exception | None
) -> None:
    if error:
        # as part of the batch, and then alone
        stage.failing[(list(stage.versions)[1], 3)] = [error, error]
    assert await stage.play(seed) == []


async def test_without_the_inbox_the_oracle_complains(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    async def forgetful(_session: Any, _consumer: str, ids: Sequence[UUID]) -> set[UUID]:
        return set(ids)

    monkeypatch.setattr(inbox, "claim", forgetful)
    assert "inbox differs from the effects" in await stage.play(1)


async def test_without_the_order_check_facts_overtake(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Course, "_judge_ordered", any_order)
    assert any(reason.startswith("out of order") for reason in await stage.play(1))


async def test_without_order_check_and_inbox_effects_double(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    async def forgetful(_session: Any, _consumer: str, ids: Sequence[UUID]) -> set[UUID]:
        return set(ids)

    monkeypatch.setattr(inbox, "claim", forgetful)
    monkeypatch.setattr(Course, "_judge_ordered", any_order)
    assert any(reason.startswith("doubled") for reason in await stage.play(1))


def any_order(_course: Course, incoming: Incoming, _envelope: Envelope) -> Verdict:
    return Verdict.APPLY if incoming.relevance is Relevance.HANDLED else Verdict.PASS


async def test_without_parking_later_facts_overtake_the_dead_letter(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Course, "block", lambda *_: None)
    stage.failing[(list(stage.versions)[1], 3)] = [PERMANENT, PERMANENT]
    assert await stage.play(1) != []


async def test_when_errors_are_acknowledged_facts_are_lost(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """What FastStream's default ack policy does."""

    async def rejected(_consumer: Consumer, incoming: Incoming, _error: Exception) -> Settlement:
        return Settlement(done=[incoming])

    monkeypatch.setattr(Consumer, "_failed", rejected)
    stage.failing = {(piece_id, 3): [TRANSIENT, TRANSIENT] for piece_id in stage.versions}
    assert any(reason.startswith("lost") for reason in await stage.play(1))


async def test_when_acknowledged_before_the_commit_facts_are_lost(stage: Stage) -> None:
    assert any(reason.startswith("lost") for reason in await stage.play(1, acknowledge_first=True))


async def test_when_the_first_sight_is_the_baseline_facts_are_lost(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Course, "_start", lambda _course, envelope: ordering.Position(envelope.sequence - 1))
    assert any(reason.startswith("lost") for reason in await stage.play(1))


async def test_when_a_twin_advances_its_fact_is_lost(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    judge = Course._judge

    def advancing(course: Course, incoming: Incoming) -> Verdict:
        if incoming.relevance is Relevance.TWIN and incoming.envelope:
            course.reached[incoming.envelope.subject] = ordering.Position(incoming.envelope.sequence)
        return judge(course, incoming)

    monkeypatch.setattr(Course, "_judge", advancing)
    assert any(reason.startswith("lost") for reason in await stage.play(1))


async def test_when_the_answer_of_the_bus_is_not_read_facts_are_lost(
    database: Database, bus: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Relay, "_check", lambda *_, **__: None)
    js = bus.admin.jetstream()
    await js.update_stream((await js.stream_info("EVT_WORKSHOP")).config.evolve(max_bytes=400))
    await workshop.work(database, moves=3)
    connection: Any = await asyncpg.connect(database.dsn)  # type: ignore[no-untyped-call]
    await Relay(database.dsn, bus.workshop, workshop.PRODUCER).drain(connection)
    await connection.close()
    sent = sum(row.sent for row in await recorded(database))
    assert (await js.stream_info("EVT_WORKSHOP")).state.messages < sent
