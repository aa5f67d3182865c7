"""Carries out decisions on dead letters: the letter first, then the parked letters in order, under a lock."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bus import dead_letters, inbox
from chassis.bus.consumer import Consumer
from chassis.bus.dead_letters import DeadLetter, Decision, LetterState
from chassis.bus.incoming import UnreadableError, read
from chassis.bus.ordering import Position
from chassis.data.context import SYSTEM
from chassis.failures import describe
from chassis.work.runtime import Runtime

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Redriven:
    """The number of settled messages, and the message that failed and now stands open."""

    settled: int
    failed: UUID | None = None


class Redriver:
    """Runs in the worker, where the handlers may run."""

    def __init__(self, consumers: Sequence[Consumer], runtime: Runtime) -> None:
        self._consumers = {consumer.name: consumer for consumer in consumers}
        self._runtime = runtime

    async def run(self, every_seconds: float = 1.0) -> None:
        """Carry out decisions until cancelled."""
        while True:
            try:
                await self.carry_out()
            except Exception as error:
                log.warning("redrive failed", error=describe(error))
            await asyncio.sleep(every_seconds)

    async def carry_out(self) -> list[Redriven]:
        """Act on every letter a person has decided on."""
        async with self._runtime.database.transaction(SYSTEM) as session:
            letters = await dead_letters.decided(session, list(self._consumers))
        return [await self.redrive(letter.id, letter.decision or Decision.REDRIVE) for letter in letters]

    async def redrive(self, letter_id: UUID, decision: Decision = Decision.REDRIVE) -> Redriven:
        """Handle (or discard) the open letter, then the letters parked behind it, until all are done or a letter fails.

        Each message has its own transaction, so what succeeded stays; new arrivals are parked until the last one is
        through. Raises `DomainError` 404 when there is no such letter.
        """
        settled = 0
        following: UUID | None = letter_id
        while following is not None:
            current = following
            try:
                following = await self._settle(current, decision)
            except Exception as error:
                await self._keep_open(current, error)
                return Redriven(settled, current)
            settled, decision = settled + 1, Decision.REDRIVE
        return Redriven(settled)

    async def _settle(self, letter_id: UUID, decision: Decision) -> UUID | None:
        """Settle one letter; the id of the one parked behind it."""
        async with self._runtime.database.transaction(SYSTEM) as session:
            letter = await dead_letters.get(session, letter_id)
            consumer = self._consumers[letter.consumer]
            await inbox.take_turn(session, consumer.name)
            if letter.state not in {LetterState.OPEN, LetterState.PARKED}:
                return None
            if decision is Decision.REDRIVE:
                await self._handle(session, consumer, letter)
            state = LetterState.REDRIVEN if decision is Decision.REDRIVE else LetterState.DISCARDED
            await dead_letters.settle(session, letter, state, self._runtime.clock.now())
            return await self._unblock(session, consumer, letter)

    async def _handle(self, session: AsyncSession, consumer: Consumer, letter: DeadLetter) -> None:
        incoming = read(letter, consumer.subscription, letter.stream_sequence)
        if incoming.fault:
            raise incoming.fault
        if letter.aggregate_id is None:
            raise UnreadableError("without headers it has no place in any order: discard it")
        if incoming.delivery and not await self._outdated(session, consumer, letter):
            await inbox.claim(session, consumer.name, [letter.event_id])
            await consumer.handle(session, [incoming.delivery])

    async def _outdated(self, session: AsyncSession, consumer: Consumer, letter: DeadLetter) -> bool:
        """Whether a newer occurrence of a state-carrying fact has been taken since."""
        if consumer.subscription.ordered or not letter.aggregate_id:
            return False
        known = await inbox.positions(session, consumer.name, [letter.aggregate_id])
        return known[letter.aggregate_id].sequence > (letter.sequence or 0)

    async def _unblock(self, session: AsyncSession, consumer: Consumer, letter: DeadLetter) -> UUID | None:
        if not consumer.subscription.ordered or letter.aggregate_id is None:
            return None
        following = await dead_letters.next_parked(session, consumer.name, letter.aggregate_id)
        known = await inbox.positions(session, consumer.name, [letter.aggregate_id])
        blocked_by = following.event_id if following else None
        reached = Position(known[letter.aggregate_id].sequence, blocked_by)
        await inbox.advance(session, consumer.name, {letter.aggregate_id: reached})
        return following.id if following else None

    async def _keep_open(self, letter_id: UUID, error: Exception) -> None:
        words = describe(error)
        log.error("redrive failed", letter=str(letter_id), error=words)
        async with self._runtime.database.transaction(SYSTEM) as session:
            letter = await dead_letters.get(session, letter_id)
            await dead_letters.fail(session, letter, words)
