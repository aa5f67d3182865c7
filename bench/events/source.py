"""Two tiny services on the chassis: a source whose jobs record facts, a sink with one effect row per fact."""

from __future__ import annotations

import time
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

from chassis.aggregate import Aggregate
from chassis.bus import Delivery, EventRouter, dead_letters, inbox
from chassis.clock import SystemClock, new_id
from chassis.data import outbox
from chassis.data.context import SYSTEM, Cause
from chassis.data.database import COLUMN_TYPES, Database, service_metadata
from chassis.work import Runtime, Unit
from contracts.event import Event
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped

PRODUCER, CONSUMER, STREAM = "source", "sink", "EVT_SOURCE"
FACTS_PER_JOB = 5
FILLING = "x" * 300


class JobStepped(Event, aggregate="job", fact="stepped"):
    """About 500 bytes on the bus, headers included."""

    job_id: UUID
    step: int
    filling: str


class Base(DeclarativeBase):
    metadata = service_metadata()
    type_annotation_map = COLUMN_TYPES


class Job(Aggregate, Base):
    __tablename__ = "jobs"

    steps: Mapped[int]

    def do(self) -> None:
        self.steps += 1
        self.record(JobStepped(job_id=self.id, step=self.steps, filling=FILLING))


TABLES = (
    *outbox.DDL,
    *inbox.DDL,
    *dead_letters.DDL,
    "CREATE TABLE jobs (id uuid PRIMARY KEY, version integer NOT NULL, steps integer NOT NULL)",
    # without a unique key on purpose: a doubled effect has to show
    "CREATE TABLE effects (place bigint GENERATED ALWAYS AS IDENTITY, job_id uuid, sequence bigint, filling text)",
)
EFFECTS = text(
    "INSERT INTO effects (job_id, sequence, filling) SELECT j, s, f FROM unnest("
    "CAST(:jobs AS uuid[]), CAST(:sequences AS bigint[]), CAST(:fillings AS text[])) AS e(j, s, f)"
)


def sink() -> EventRouter:
    """One effect per fact, a batch at a time."""
    router = EventRouter()

    @router.batch(JobStepped)
    async def stepped(deliveries: Sequence[Delivery], unit: Unit) -> None:
        events = [(one.envelope, cast(JobStepped, one.event)) for one in deliveries]
        columns = {
            "jobs": [envelope.subject for envelope, _ in events],
            "sequences": [envelope.sequence for envelope, _ in events],
            "fillings": [event.filling for _, event in events],
        }
        await unit.session.execute(EFFECTS, columns)

    return router


async def create_tables(database: Database) -> None:
    async with database.transaction(SYSTEM) as session:
        for statement in TABLES:
            await session.execute(text(statement.replace(":", r"\:")))


async def commit_job(database: Database) -> tuple[UUID, int]:
    """A job with one fact: its id, and when its commit began (ns of the clock all processes share)."""
    job = Job(id=new_id(), steps=0)
    job.do()
    async with database.transaction(SYSTEM) as session:
        session.add(job)
        await session.flush()
        at = time.monotonic_ns()
    return job.id, at


async def fill_outbox(database: Database, facts: int) -> None:
    """A backlog of ``facts`` facts, `FACTS_PER_JOB` for each job."""
    for start in range(0, facts, 500):
        jobs = [Job(id=new_id(), steps=0) for _ in range(min(500, facts - start) // FACTS_PER_JOB)]
        for job in jobs * FACTS_PER_JOB:
            job.do()
        async with database.transaction(SYSTEM) as session:
            session.add_all(jobs)


def runtime(database: Database, name: str = CONSUMER) -> Runtime:
    """As much of a runtime as consumers use."""

    def unit(session: AsyncSession, cause: Cause) -> Unit:
        return cast(Unit, SimpleNamespace(session=session, correlation_id=cause.correlation_id))

    found: Any = SimpleNamespace(name=name, database=database, clock=SystemClock(), unit=unit)
    return cast(Runtime, found)
