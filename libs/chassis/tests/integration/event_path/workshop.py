"""A tiny producer (workshop) and consumer (gallery) for the tests of the event path. Shared with child processes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

from chassis.aggregate import Aggregate
from chassis.bus import Delivery, EventRouter
from chassis.bus.consumer import Consumer, Settlement
from chassis.bus.incoming import read
from chassis.bus.ordering import Incoming
from chassis.bus.router import subscriptions
from chassis.clock import SystemClock, new_id
from chassis.data.context import SYSTEM, Cause
from chassis.data.database import COLUMN_TYPES, Database, service_metadata
from chassis.work import Runtime, Unit
from contracts.event import Envelope, Event
from embedded import Nats
from nats.aio.client import Client
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped

PRODUCER, CONSUMER = "workshop", "gallery"


class PieceMadeV1(Event, aggregate="piece", fact="made", version=1):
    piece_id: UUID

    def upcast(self) -> PieceMade:
        return PieceMade(piece_id=self.piece_id, colour="grey")


class PieceMade(Event, aggregate="piece", fact="made", version=2):
    piece_id: UUID
    colour: str

    def twins(self) -> tuple[Event, ...]:
        return (PieceMadeV1(piece_id=self.piece_id),)


class PieceMoved(Event, aggregate="piece", fact="moved"):
    piece_id: UUID
    place: int


class PiecePainted(Event, aggregate="piece", fact="painted"):
    piece_id: UUID


class Base(DeclarativeBase):
    metadata = service_metadata()
    type_annotation_map = COLUMN_TYPES


class Piece(Aggregate, Base):
    __tablename__ = "pieces"

    place: Mapped[int]

    def move(self, place: int) -> None:
        self.place = place
        self.record(PieceMoved(piece_id=self.id, place=place))

    def paint(self) -> None:
        self.record(PiecePainted(piece_id=self.id))


def make(piece_id: UUID) -> Piece:
    piece = Piece(id=piece_id, place=0)
    piece.record(PieceMade(piece_id=piece_id, colour="blue"))
    return piece


TABLES = (
    "CREATE TABLE pieces (id uuid PRIMARY KEY, version integer NOT NULL, place integer NOT NULL)",
    # without a key on purpose: a doubled effect has to show
    "CREATE TABLE seen (place bigint GENERATED ALWAYS AS IDENTITY, consumer text, event_id uuid, piece_id uuid,"
    " sequence bigint, type text)",
)
EMPTIED = (
    "outbox", "inbox", "consumer_positions", "consumer_attempts", "dead_letters", "timers", "pieces", "seen",
)  # fmt: skip
_SEE = text(
    "INSERT INTO seen (consumer, event_id, piece_id, sequence, type) VALUES (:consumer, :id, :piece, :sequence, :type)"
)


async def see(session: AsyncSession, consumer: str, event: Event, envelope: Envelope) -> None:
    values = {"id": envelope.id, "piece": envelope.subject, "sequence": envelope.sequence, "type": event.type()}
    await session.execute(_SEE, {"consumer": consumer, **values})


def gallery() -> EventRouter:
    """Handles made (version 2) and moved, ignores painted."""
    router = EventRouter()

    @router.on(PieceMade)
    async def made(event: PieceMade, unit: Unit, envelope: Envelope) -> None:
        await see(unit.session, "gallery", event, envelope)

    @router.on(PieceMoved)
    async def moved(event: PieceMoved, unit: Unit, envelope: Envelope) -> None:
        await see(unit.session, "gallery", event, envelope)

    return router


_SEE_MANY = text(
    "INSERT INTO seen (consumer, event_id, piece_id, sequence, type)"
    " SELECT 'batch', e, a, s, t FROM unnest(CAST(:ids AS uuid[]), CAST(:pieces AS uuid[]),"
    " CAST(:sequences AS bigint[]), CAST(:types AS text[])) AS f(e, a, s, t)"
)


def projection() -> EventRouter:
    """The same as a batch."""
    router = EventRouter()

    @router.batch(PieceMade, PieceMoved)
    async def counted(deliveries: Sequence[Delivery], unit: Unit) -> None:
        columns = {
            "ids": [one.envelope.id for one in deliveries],
            "pieces": [one.envelope.subject for one in deliveries],
            "sequences": [one.envelope.sequence for one in deliveries],
            "types": [one.event.type() for one in deliveries],
        }
        await unit.session.execute(_SEE_MANY, columns)

    return router


def runtime(name: str, database: Database) -> Runtime:
    """As much of a runtime as the event path uses."""

    def unit(session: AsyncSession, cause: Cause) -> Unit:
        return cast(Unit, SimpleNamespace(session=session, correlation_id=cause.correlation_id))

    found: Any = SimpleNamespace(name=name, database=database, clock=SystemClock(), unit=unit)
    return cast(Runtime, found)


async def create_tables(database: Database, statements: Sequence[str]) -> None:
    async with database.transaction(SYSTEM) as session:
        for statement in statements:
            await session.execute(text(statement.replace(":", r"\:")))


def consumer_of(router: EventRouter, database: Database) -> Consumer:
    (subscription,) = subscriptions([router])
    return Consumer(subscription, runtime(CONSUMER, database))


@dataclass(frozen=True)
class Recorded:
    """A message as the outbox holds it."""

    subject: str
    headers: dict[str, str]
    data: bytes
    position: int
    sequence: int
    sent: bool


async def recorded(database: Database) -> list[Recorded]:
    """Everything in the outbox, in order."""
    query = text(
        "SELECT subject, headers, payload::text, position, sequence, sent_at IS NOT NULL FROM outbox ORDER BY position"
    )
    async with database.transaction(SYSTEM) as session:
        return [Recorded(r[0], r[1], r[2].encode(), *r[3:]) for r in await session.execute(query)]


async def work(database: Database, moves: int = 1, *, paint: bool = False) -> UUID:
    """Make a piece and move it: one transaction per fact."""
    piece_id = new_id()
    async with database.transaction(SYSTEM) as session:
        session.add(make(piece_id))
    for place in range(1, moves + 1):
        async with database.transaction(SYSTEM) as session:
            piece = await session.get_one(Piece, piece_id)
            if paint:
                piece.paint()
            piece.move(place)
    return piece_id


async def seen(database: Database, consumer: str = "gallery") -> list[tuple[UUID, int]]:
    """What the effects say: piece and sequence in the order they happened."""
    query = text("SELECT piece_id, sequence FROM seen WHERE consumer = :consumer ORDER BY place")
    async with database.transaction(SYSTEM) as session:
        return [(row[0], row[1]) for row in await session.execute(query, {"consumer": consumer})]


@dataclass(frozen=True)
class Bus:
    """A server with the workshop's stream and the durables of the given routers."""

    server: Nats
    admin: Client
    workshop: Client
    gallery: Client


def incoming(consumer: Consumer, rows: Sequence[Recorded], *, deliveries: int = 1) -> list[Incoming]:
    """Rows of the outbox as the bus brings them."""
    return [read(row, consumer.subscription, row.position, deliveries=deliveries) for row in rows]


async def take(consumer: Consumer, rows: Sequence[Recorded]) -> Settlement:
    """Hand the consumer these rows as one batch, each for the first time."""
    return await consumer.take(incoming(consumer, rows))
