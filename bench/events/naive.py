"""The path most code bases have: publish after the commit, one ORM transaction per message. Not crash-safe."""

from __future__ import annotations

import asyncio
import sys
from uuid import UUID, uuid4

from faststream import AckPolicy
from faststream.nats import JStream, NatsBroker, PullSub
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from bench.events import source

STREAM, SUBJECT, DURABLE = "NAIVE", "evt.naive.job", "naive"
PULLED = 100


class Step(BaseModel):
    job_id: UUID
    sequence: int
    filling: str


class Base(DeclarativeBase):
    pass


class Effect(Base):
    __tablename__ = "effects"

    place: Mapped[int] = mapped_column(primary_key=True)
    job_id: Mapped[UUID]
    sequence: Mapped[int]
    filling: Mapped[str]


def _broker(nats_url: str) -> NatsBroker:
    return NatsBroker(nats_url, inbox_prefix="_INBOX_naive", max_reconnect_attempts=-1, logger=None)


async def publish(count: str, nats_url: str) -> None:
    """Publish facts whose commits are done, each awaited as the code after a commit does."""
    broker = _broker(nats_url)
    await broker.connect()
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    for _ in range(int(count) // source.FACTS_PER_JOB):
        job_id = uuid4()
        for sequence in range(1, source.FACTS_PER_JOB + 1):
            step = Step(job_id=job_id, sequence=sequence, filling=source.FILLING)
            await broker.publish(step, SUBJECT, stream=STREAM, timeout=30)
    await broker.stop()


async def consume(url: str, nats_url: str) -> None:
    """FastStream's pull subscriber; a session, an object and a commit per message."""
    engine = create_async_engine(url, pool_size=20)
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    sessions = async_sessionmaker(engine)
    broker = _broker(nats_url)

    @broker.subscriber(
        SUBJECT,
        stream=JStream(STREAM, declare=False),
        durable=DURABLE,
        pull_sub=PullSub(PULLED, timeout=1),
        ack_policy=AckPolicy.NACK_ON_ERROR,
        inbox_prefix=b"_INBOX_naive.",
    )
    async def stepped(step: Step) -> None:
        async with sessions() as session, session.begin():
            session.add(Effect(**step.model_dump()))

    await broker.start()
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    await broker.stop()
    await engine.dispose()
