"""Two tiny services on the real event path: a pottery tells of its pots, a museum enters every fact in a register."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

from chassis.aggregate import Aggregate
from chassis.bus import EventRouter, dead_letters, inbox
from chassis.clock import SystemClock, new_id
from chassis.data import outbox
from chassis.data.context import SYSTEM, Cause
from chassis.data.database import COLUMN_TYPES, Database, service_metadata
from chassis.work import Runtime, Unit
from contracts.event import Envelope, Event
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped

from tests.faults.harness.fate import Fate
from tests.faults.harness.invariants import Step

PRODUCER, CONSUMER, STREAM = "pottery", "museum", "EVT_POTTERY"


class PotThrownV1(Event, aggregate="pot", fact="thrown", version=1):
    pot_id: UUID


class PotThrown(Event, aggregate="pot", fact="thrown", version=2):
    pot_id: UUID
    clay: str

    def twins(self) -> tuple[Event, ...]:
        return (PotThrownV1(pot_id=self.pot_id),)


class PotGlazed(Event, aggregate="pot", fact="glazed"):
    pot_id: UUID
    coat: int


class PotTurned(Event, aggregate="pot", fact="turned"):
    """Nobody handles this one: the museum only advances over it."""

    pot_id: UUID


class Base(DeclarativeBase):
    metadata = service_metadata()
    type_annotation_map = COLUMN_TYPES


class Pot(Aggregate, Base):
    __tablename__ = "pots"

    coats: Mapped[int]

    def glaze(self) -> None:
        self.coats += 1
        if self.coats % 3 == 0:
            self.record(PotTurned(pot_id=self.id))
        self.record(PotGlazed(pot_id=self.id, coat=self.coats))


TABLES = (
    *outbox.DDL,
    *inbox.DDL,
    *dead_letters.DDL,
    "CREATE TABLE pots (id uuid PRIMARY KEY, version integer NOT NULL, coats integer NOT NULL)",
    # without a key on purpose: a doubled effect has to show
    "CREATE TABLE register (place bigint GENERATED ALWAYS AS IDENTITY, pot_id uuid, sequence bigint)",
)
_ENTER = text("INSERT INTO register (pot_id, sequence) VALUES (:pot, :sequence)")
_REGISTER = text("SELECT pot_id, sequence FROM register ORDER BY place")


def museum(fate: Fate) -> EventRouter:
    """Enters thrown and glazed pots; ``fate`` lets some entries fail."""
    router = EventRouter()

    @router.on(PotThrown)
    async def thrown(_: PotThrown, unit: Unit, envelope: Envelope) -> None:
        await _enter(unit, envelope, fate)

    @router.on(PotGlazed)
    async def glazed(_: PotGlazed, unit: Unit, envelope: Envelope) -> None:
        await _enter(unit, envelope, fate)

    return router


async def _enter(unit: Unit, envelope: Envelope, fate: Fate) -> None:
    await unit.session.execute(_ENTER, {"pot": envelope.subject, "sequence": envelope.sequence})
    fate.may_fail(envelope.subject, envelope.sequence)


async def throw(database: Database) -> UUID:
    """A new pot."""
    pot = Pot(id=new_id(), coats=0)
    pot.record(PotThrown(pot_id=pot.id, clay="blue"))
    async with database.transaction(SYSTEM) as session:
        session.add(pot)
    return pot.id


async def glaze(database: Database, pot_id: UUID) -> None:
    """One more coat."""
    async with database.transaction(SYSTEM) as session:
        (await session.get_one(Pot, pot_id, with_for_update=True)).glaze()


async def register(database: Database) -> list[Step]:
    """The museum's entries in the order they were made."""
    async with database.transaction(SYSTEM) as session:
        return [(row[0], row[1]) for row in await session.execute(_REGISTER)]


async def create_tables(database: Database) -> None:
    async with database.transaction(SYSTEM) as session:
        for statement in TABLES:
            await session.execute(text(statement.replace(":", r"\:")))


def runtime(database: Database) -> Runtime:
    """As much of a runtime as consumers use."""

    def unit(session: AsyncSession, cause: Cause) -> Unit:
        return cast(Unit, SimpleNamespace(session=session, correlation_id=cause.correlation_id))

    found: Any = SimpleNamespace(name=CONSUMER, database=database, clock=SystemClock(), unit=unit)
    return cast(Runtime, found)
