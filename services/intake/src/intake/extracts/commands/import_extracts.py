"""Imports of extracts: queued at the door, worked off piece by piece by the worker, each piece with its progress."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from chassis.errors import DomainError, Kind, forbidden
from chassis.work import Runtime, Unit
from contracts.sealed import NONCE_BYTES, PersonKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import delete, or_, select

from intake.extracts.commands.take_extracts import Taking, Tally
from intake.extracts.layouts import JSON_1, RawRecord, reader
from intake.extracts.model import ImportChunk, IpraImport, QuarantinedRecord
from intake.extracts.record import CorrectRecord
from intake.finding.ladder_pack import OutreachPack
from intake.finding.referrals_pack import ReferralsPack

CHUNK_BYTES = 256 * 1024
BATCH = 500
LEASE = timedelta(minutes=2)
EVERY_SECONDS = 0.5


async def queue_import(
    import_id: UUID,
    region: str,
    layout: str,
    content: bytes,
    organisation_id: UUID,
    unit: Unit,
    *,
    received_at: datetime | None = None,
) -> IpraImport:
    """Keep a file sealed under a key of its own and let the worker take it in; nothing is read before that.

    ``received_at``: when its records reached us, where that was before now. The term of D3-15 runs from then.
    """
    rules = unit.packs.of(ReferralsPack, region).extracts
    unit.packs.of(OutreachPack, region)  # an extract opens outreach: where there is no ladder none is taken
    if organisation_id not in unit.actor.organisation_ids:
        raise forbidden()
    if layout != JSON_1:
        reader(layout)
    if not content or len(content) > rules.max_mebibytes * 1024 * 1024:
        raise _size_refused(rules.max_mebibytes)
    job = IpraImport(
        id=import_id,
        region=region,
        organisation_id=organisation_id,
        uploaded_by=unit.actor.id,
        layout=layout,
        state="queued",
        size=len(content),
        digest=hashlib.sha256(content).hexdigest(),
        received_at=received_at or unit.now,
        bytes_done=0,
        **dict.fromkeys(("seen", "taken", "known", "superseding", "superseded", "quarantined"), 0),
    )
    unit.session.add(job)
    await unit.session.flush()
    key = await unit.keys.create(import_id)
    for position, start in enumerate(range(0, len(content), CHUNK_BYTES)):
        sealed = _shut(content[start : start + CHUNK_BYTES], key, position)
        unit.session.add(ImportChunk(import_id=import_id, position=position, content=sealed))
    await unit.session.flush()
    return job


async def work_off_imports(runtime: Runtime) -> None:
    """The worker's loop: take imports in, one after the other, until cancelled."""
    while True:
        if not await work_off_one(runtime):
            await asyncio.sleep(EVERY_SECONDS)


async def work_off_one(runtime: Runtime) -> bool:
    """Take in one waiting import; whether there was one. An import whose worker died is gone on with."""
    async with runtime.transaction() as unit:
        job = await unit.session.scalar(_waiting(unit.now))
        if job is None:
            return False
        job.state, job.claimed_until = "running", unit.now + LEASE
        job.started_at = job.started_at or unit.now
        import_id, layout, done = job.id, job.layout, job.seen
    try:
        await _take_all(import_id, layout, done, runtime)
    except DomainError as error:
        # A file that cannot be read on ends here; what came before it in the file has been taken in.
        await _finish(import_id, runtime, error)
    else:
        await _finish(import_id, runtime, None)
    return True


async def _take_all(import_id: UUID, layout: str, done: int, runtime: Runtime) -> None:
    batch: list[RawRecord] = []
    count = bytes_done = 0
    async for records, bytes_done in _records(import_id, layout, runtime):
        for record in records:
            count += 1
            if count > done:
                batch.append(record)
        while len(batch) >= BATCH:
            await _take_batch(import_id, batch[:BATCH], bytes_done, runtime)
            del batch[:BATCH]
    if batch:
        await _take_batch(import_id, batch, bytes_done, runtime)


async def _records(import_id: UUID, layout: str, runtime: Runtime) -> AsyncIterator[tuple[list[RawRecord], int]]:
    chunks = _chunks(import_id, runtime)
    if layout == JSON_1:
        content = b"".join([chunk async for chunk in chunks])
        yield [RawRecord(1, 1, json.loads(content))], len(content)
        return
    reading, done = reader(layout), 0
    async for chunk in chunks:
        done += len(chunk)
        yield reading.feed(chunk), done
    yield reading.close(), done


async def _chunks(import_id: UUID, runtime: Runtime) -> AsyncIterator[bytes]:
    position = 0
    while True:
        async with runtime.transaction() as unit:
            row = await unit.session.get(ImportChunk, (import_id, position))
            if row is None:
                return
            content = _opened(row.content, await unit.keys.get(import_id), position)
        yield content
        position += 1


async def _take_batch(import_id: UUID, batch: list[RawRecord], bytes_done: int, runtime: Runtime) -> None:
    """A batch and the progress it makes, in one transaction: a restart goes on behind it and takes nothing twice."""
    async with runtime.transaction() as unit:
        job = await unit.session.get_one(IpraImport, import_id, with_for_update=True)
        room = unit.packs.of(ReferralsPack, job.region).extracts.max_records - job.seen
        if room <= 0:
            raise _too_many(unit.packs.of(ReferralsPack, job.region).extracts.max_records)
        tally = await Taking(job, unit).take(batch[:room])
        await _put_aside(import_id, tally, unit)
        job.seen += len(batch[:room])
        job.bytes_done, job.claimed_until = bytes_done, unit.now + LEASE
        job.taken += tally.taken
        job.known += tally.known
        job.superseding += tally.superseding
        job.superseded += tally.superseded
        job.quarantined += len(tally.refused)
    if room < len(batch):
        raise _too_many(room)


async def _put_aside(import_id: UUID, tally: Tally, unit: Unit) -> None:
    if not tally.refused:
        return
    key = await unit.keys.get(import_id)
    for raw, reasons in tally.refused:
        content = _shut(json.dumps(raw.fields, ensure_ascii=False, default=str).encode(), key, -raw.ordinal)
        unit.session.add(
            QuarantinedRecord(
                import_id=import_id,
                ordinal=raw.ordinal,
                line=raw.line,
                reasons=reasons,
                content={"sealed": content.hex()},
            )
        )


async def _finish(import_id: UUID, runtime: Runtime, error: DomainError | None) -> None:
    """The protocol stands; the file goes, and its key too unless a record in quarantine still needs it."""
    async with runtime.transaction() as unit:
        job = await unit.session.get_one(IpraImport, import_id, with_for_update=True)
        job.state, job.finished_at, job.claimed_until = "failed" if error else "done", unit.now, None
        job.failure = {"slug": error.slug, "ru": error.ru, "en": error.en} if error else None
        await unit.session.execute(delete(ImportChunk).where(ImportChunk.import_id == import_id))
        if not job.quarantined:
            await unit.keys.erase(import_id)


async def correct_record(import_id: UUID, ordinal: int, command: CorrectRecord, new_id: UUID, unit: Unit) -> IpraImport:
    """Bring a record in after correction, as an import of its own: what is given replaces what stood there.

    Correcting it wins no time: it was received with the file it stood in.
    """
    job = await unit.get(IpraImport, import_id, "ipra_import:correct", under=True)
    row = await unit.session.get(QuarantinedRecord, (import_id, ordinal), with_for_update=True)
    if row is None or row.corrected_by is not None or row.content is None:
        raise _nothing_to_correct()
    kept = _opened(bytes.fromhex(row.content["sealed"]), await unit.keys.get(import_id), -ordinal)
    changed = command.model_dump(mode="json", exclude_unset=True)
    fields = {name: value for name, value in {**json.loads(kept), **changed}.items() if value is not None}
    row.corrected_by, row.content = new_id, None
    content = json.dumps(fields, ensure_ascii=False).encode()
    return await queue_import(
        new_id, job.region, JSON_1, content, job.organisation_id, unit, received_at=job.received_at
    )


def _waiting(now: datetime) -> Any:
    free = or_(IpraImport.state == "queued", (IpraImport.state == "running") & (IpraImport.claimed_until < now))
    return select(IpraImport).where(free).order_by(IpraImport.received_at).limit(1).with_for_update(skip_locked=True)


def _shut(content: bytes, key: PersonKey, position: int) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key.material).encrypt(nonce, content, _place(key, position))


def _opened(stored: bytes, key: PersonKey, position: int) -> bytes:
    return AESGCM(key.material).decrypt(stored[:NONCE_BYTES], stored[NONCE_BYTES:], _place(key, position))


def _place(key: PersonKey, position: int) -> bytes:
    return f"intake.ipra_import/{key.person_id}/{position}".encode()


def _size_refused(mebibytes: int) -> DomainError:
    return DomainError(
        "file_size_refused",
        Kind.TOO_LARGE,
        ru=f"Файл пуст или больше {mebibytes} МБ.",
        en=f"The file is empty or larger than {mebibytes} MB.",
    )


def _too_many(most: int) -> DomainError:
    return DomainError(
        "too_many_records",
        Kind.INVALID,
        ru=f"В файле больше {most} выписок. Разделите его.",
        en=f"More than {most} extracts in one file. Divide it.",
    )


def _nothing_to_correct() -> DomainError:
    return DomainError(
        "nothing_to_correct",
        Kind.CONFLICT,
        ru="Эта запись уже исправлена или её нет.",
        en="This record was corrected already, or is not there.",
    )
