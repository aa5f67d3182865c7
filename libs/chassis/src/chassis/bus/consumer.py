"""Takes batches of one durable: effects, inbox rows and positions in one transaction; acknowledged after the commit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import structlog
from contracts.event import Envelope
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bus import dead_letters, gaps, inbox
from chassis.bus.dead_letters import LetterState
from chassis.bus.ordering import Course, Incoming, Step, Verdict
from chassis.bus.router import Delivery, Mode, Subscription
from chassis.data import outbox
from chassis.data.context import SYSTEM, Cause
from chassis.failures import Remedy, describe, remedy
from chassis.outage import is_outage
from chassis.telemetry.tracing import continued
from chassis.work.runtime import Runtime
from chassis.work.unit import Unit

log = structlog.get_logger(__name__)

MOST_ATTEMPTS = 5
FIRST_GAP_DELAY_SECONDS = 0.2
LONGEST_GAP_DELAY_SECONDS = 5.0
LONGEST_DELAY_SECONDS = 30.0
LONGEST_WAIT_SECONDS = 5.0
"""Until a message is tried again that failed because something was away."""


@dataclass(slots=True)
class Settlement:
    """The answer to the bus after the commit: messages that are done, and messages that come back, with their delay."""

    done: list[Incoming] = field(default_factory=list)
    later: list[tuple[Incoming, float]] = field(default_factory=list)

    def add(self, other: Settlement) -> None:
        self.done += other.done
        self.later += other.later


@dataclass(frozen=True, slots=True)
class Refused:
    """Why and after how many tries a message goes to the dead letters."""

    error: str
    attempts: int = 1


class Consumer:
    """Handles the messages of one durable; knows nothing of NATS, so that tests run the same path without it.

    ``from_first`` is False for a durable that was made to start in the middle of its stream.
    """

    def __init__(self, subscription: Subscription, runtime: Runtime, *, from_first: bool = True) -> None:
        self.subscription = subscription
        self.runtime = runtime
        self.name = subscription.durable(runtime.name)
        self.from_first = from_first

    async def take(self, batch: Sequence[Incoming]) -> Settlement:
        """Handle a batch in one transaction; where the batch fails, handle each message in a transaction of its own."""
        try:
            return await self._commit(batch)
        except Exception as error:
            if len(batch) == 1:
                return await self._failed(batch[0], error)
            if is_outage(error) and await self._database_is_away():
                log.warning("batch waits", consumer=self.name, size=len(batch), error=describe(error))
                return Settlement(later=[(one, _outage_delay(one)) for one in batch])
            log.info("batch falls apart", consumer=self.name, size=len(batch), error=describe(error))
        settlement = Settlement()
        for incoming in sorted(batch, key=lambda one: one.stream_sequence):
            settlement.add(await self.take([incoming]))
        return settlement

    async def _commit(self, batch: Sequence[Incoming], refused: Refused | None = None) -> Settlement:
        aggregates = {incoming.aggregate_id for incoming in batch} - {None}
        async with self.runtime.database.transaction(SYSTEM) as session:
            await inbox.take_turn(session, self.name)
            known = await inbox.positions(session, self.name, [one for one in aggregates if one])
            course = Course(known, self.subscription.ordered, self.from_first)
            steps = course.walk(batch)
            if refused and steps[0].verdict is Verdict.APPLY:
                steps = [Step(steps[0].incoming, Verdict.REFUSE)]
                course.block(steps[0].incoming)
            await self._put_aside(session, steps, refused)
            await self._apply(session, [step.incoming for step in steps if step.verdict is Verdict.APPLY])
            await inbox.advance(session, self.name, course.reached)
            await self._forget_attempts(session, [one for one, verdict in steps if verdict is not Verdict.WAIT])
            await gaps.note(session, self.name, [one for one, verdict in steps if verdict is Verdict.WAIT])
        return self._settle(steps)

    async def _apply(self, session: AsyncSession, batch: Sequence[Incoming]) -> None:
        new = await inbox.claim(session, self.name, [incoming.id for incoming in batch])
        deliveries = [one.delivery for one in batch if one.delivery and one.id in new]
        if deliveries:
            await self.handle(session, deliveries)

    async def handle(self, session: AsyncSession, deliveries: Sequence[Delivery]) -> None:
        """Call the subscription's functions for deliveries in order, inside the caller's transaction."""
        if self.subscription.mode is Mode.BATCH:
            await self._handle_together(session, deliveries)
        else:
            for delivery in deliveries:
                await self._handle_one(session, delivery)

    async def _handle_together(self, session: AsyncSession, deliveries: Sequence[Delivery]) -> None:
        first = deliveries[0].envelope
        with continued(f"handle {self.subscription.producer}.{self.subscription.aggregate} batch", first.traceparent):
            unit = await self._unit(session, first)
            for handler in self.subscription.handlers:
                wanted = [delivery for delivery in deliveries if isinstance(delivery.event, handler.events)]
                if wanted:
                    await handler.call(wanted, unit=unit)
            await outbox.flush(session)

    async def _handle_one(self, session: AsyncSession, delivery: Delivery) -> None:
        event, envelope = delivery
        with continued(f"handle {event.type()}", envelope.traceparent):
            unit = await self._unit(session, envelope)
            for handler in self.subscription.handlers:
                if isinstance(event, handler.events):
                    await handler.call(event, unit=unit, envelope=envelope)
            # Inside the span, so that the facts recorded here go on with this trace.
            await outbox.flush(session)

    async def _unit(self, session: AsyncSession, envelope: Envelope) -> Unit:
        cause = _cause(envelope)
        await outbox.now_because_of(session, cause)
        return self.runtime.unit(session, cause)

    async def _put_aside(self, session: AsyncSession, steps: Sequence[Step], refused: Refused | None) -> None:
        for incoming, verdict in steps:
            if verdict is Verdict.REFUSE:
                error = refused or Refused(describe(incoming.fault) if incoming.fault else "unreadable")
                log.error("dead letter", consumer=self.name, event_id=str(incoming.id), error=error.error)
                await dead_letters.put(
                    session, self.name, incoming, LetterState.OPEN, error=error.error, attempts=error.attempts
                )
            elif verdict is Verdict.PARK:
                await dead_letters.put(session, self.name, incoming, LetterState.PARKED, error=None, attempts=0)

    async def _forget_attempts(self, session: AsyncSession, batch: Sequence[Incoming]) -> None:
        if again := [incoming.id for incoming in batch if incoming.deliveries > 1]:
            await inbox.forget_attempts(session, self.name, again)

    def _settle(self, steps: Sequence[Step]) -> Settlement:
        settlement = Settlement()
        for incoming, verdict in steps:
            if verdict is Verdict.WAIT:
                settlement.later.append((incoming, _gap_delay(incoming)))
            else:
                settlement.done.append(incoming)
        return settlement

    async def _failed(self, incoming: Incoming, error: Exception) -> Settlement:
        """One message alone failed: back to the bus, or to the dead letters."""
        action, words = remedy(error), describe(error)
        log.warning("message failed", consumer=self.name, event_id=str(incoming.id), error=words, remedy=action)
        try:
            if action is Remedy.WAIT:
                return Settlement(later=[(incoming, _outage_delay(incoming))])
            attempts = await self._count_attempt(incoming, words)
            if action is Remedy.REFUSE or attempts >= MOST_ATTEMPTS:
                return await self._commit([incoming], Refused(words, attempts))
        except Exception as trouble:
            # Not the message's fault. An outage passes; anything else is a fault of ours somebody must look at.
            tell = log.warning if is_outage(trouble) else log.error
            tell("attempt not counted", consumer=self.name, error=describe(trouble))
            return Settlement(later=[(incoming, 1.0)])
        return Settlement(later=[(incoming, _delay(attempts))])

    async def _database_is_away(self) -> bool:
        """Then no message of a batch could do better alone."""
        try:
            async with self.runtime.database.transaction(SYSTEM):
                return False
        except Exception:  # Whatever the reason: where no transaction opens, none opens for a single message.
            return True

    async def _count_attempt(self, incoming: Incoming, error: str) -> int:
        async with self.runtime.database.transaction(SYSTEM) as session:
            return await inbox.count_attempt(session, self.name, incoming.id, error)


def _cause(envelope: Envelope) -> Cause:
    return Cause(envelope.correlation_id, envelope.id, envelope.traceparent)


def _delay(tries: int) -> float:
    return float(min(2.0 ** min(tries - 1, 10), LONGEST_DELAY_SECONDS))


def _outage_delay(incoming: Incoming) -> float:
    return min(_delay(incoming.deliveries), LONGEST_WAIT_SECONDS)


def _gap_delay(incoming: Incoming) -> float:
    return float(min(FIRST_GAP_DELAY_SECONDS * 1.5 ** min(incoming.deliveries - 1, 20), LONGEST_GAP_DELAY_SECONDS))
