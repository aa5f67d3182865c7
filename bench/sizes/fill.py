"""Fills intake's own migrated database: sealed columns, digests and keys made by intake's own functions, rows by COPY.

Left out is only what no measured path reads: threads, consents, events of the past. Indexes of the two search tables
are made after their rows, as a restored copy would do it.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from multiprocessing import get_context
from typing import Any

import asyncpg
from chassis.clock import new_id
from chassis.privacy.keyring import KEY_BYTES, KeySource
from contracts.sealed import PersonKey
from intake.applications.model.application import Application
from intake.applications.model.deadlines import Deadline
from intake.applications.model.search import SearchToken
from intake.enquiries.model.enquiry import Enquiry

from bench.sizes import journal, people

CHUNK = 5_000
PROCESSES = 2
_KEYS = ("person_id", "version", "material", "created_at", "copied_at")
_STAGING = "CREATE UNLOGGED TABLE bench_words (enquiry_id uuid, organisation_id uuid, words text[])"
_WORDS = """INSERT INTO enquiry_words (word, enquiry_id, organisation_id)
SELECT word, enquiry_id, organisation_id FROM bench_words, unnest(words) AS word"""
_SESSION = "SET session_replication_role = replica; SET synchronous_commit = off; SET maintenance_work_mem = '512MB'"
SEARCHED = ("search_tokens", "enquiry_words")


@dataclass(frozen=True, slots=True)
class Filling:
    """Where to, with which secret, as of when, and how much."""

    dsn: str
    secret: bytes
    now: datetime
    people: int
    entries: int

    def person_key(self, keys: list[tuple[Any, ...]]) -> PersonKey:
        """A new key, wrapped and ready to be stored; as copied already, so that the bus is left out of it."""
        key = PersonKey(new_id(), 1, os.urandom(KEY_BYTES))
        keys.append((key.person_id, 1, KeySource(self.secret, None, owner=True).wrap(key), self.now, self.now))
        return key


@dataclass(slots=True)
class Rows:
    """Rows of several tables, gathered for one COPY each."""

    tables: dict[str, tuple[Sequence[str], list[tuple[Any, ...]]]]

    @classmethod
    def of(cls, **columns: Sequence[str]) -> Rows:
        return cls({table: (names, []) for table, names in columns.items()})

    def add(self, table: str, row: dict[str, Any]) -> None:
        names, rows = self.tables[table]
        rows.append(tuple(_plain(row[name]) for name in names))


def _plain(value: Any) -> Any:
    return json.dumps(value) if type(value) is dict else value


def fill(filling: Filling) -> None:
    """Everything, by as many processes as the machine has cores to spare."""
    asyncio.run(_prepare(filling))
    slices = [(_people, start, filling.people) for start in range(0, filling.people, CHUNK)]
    slices += [(_entries, start, filling.entries) for start in range(0, filling.entries, CHUNK)]
    with ProcessPoolExecutor(PROCESSES, get_context("spawn")) as pool:
        for done in [pool.submit(_copy, make, start, stop, filling) for make, start, stop in slices]:
            done.result()
    asyncio.run(_finish(filling))


async def _prepare(filling: Filling) -> None:
    connection = await _connect(filling)
    try:
        await connection.execute(f"{_STAGING}; CREATE UNLOGGED TABLE bench_indexes (definition text)")
        for table in SEARCHED:
            await _drop_indexes(connection, table)
    finally:
        await connection.close()


async def _drop_indexes(connection: Any, table: str) -> None:
    """Foreign keys stay, but are not looked up in this session; primary key and indexes are made again at the end."""
    found = await connection.fetch(
        "SELECT conname, format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname,"
        " pg_get_constraintdef(oid)) AS definition FROM pg_constraint WHERE conrelid = $1::regclass AND contype = 'p'",
        table,
    )
    found += await connection.fetch(
        "SELECT NULL AS conname, i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS definition"
        " FROM pg_index i WHERE i.indrelid = $1::regclass AND NOT i.indisprimary",
        table,
    )
    for row in found:
        drop = (
            f"ALTER TABLE {table} DROP CONSTRAINT {row['conname']}" if row["conname"] else f"DROP INDEX {row['name']}"
        )
        await connection.execute(drop)
        await connection.execute("INSERT INTO bench_indexes VALUES ($1)", row["definition"])


async def _finish(filling: Filling) -> None:
    connection = await _connect(filling)
    try:
        await connection.execute(_WORDS)
        for row in await connection.fetch("SELECT definition FROM bench_indexes"):
            await connection.execute(row["definition"])
        await connection.execute("DROP TABLE bench_words, bench_indexes")
        for table in ("applications", "deadlines", "enquiries", "person_keys", *SEARCHED):
            await connection.execute(f"VACUUM (ANALYZE) {table}")
    finally:
        await connection.close()


Maker = Callable[[int, int, Filling], Rows]


def _copy(make: Maker, start: int, stop: int, filling: Filling) -> None:
    asyncio.run(_copied(make(start, min(start + CHUNK, stop), filling), filling))


async def _copied(rows: Rows, filling: Filling) -> None:
    connection = await _connect(filling)
    try:
        for table, (names, records) in rows.tables.items():
            await connection.copy_records_to_table(table, records=records, columns=names)
    finally:
        await connection.close()


async def _connect(filling: Filling) -> Any:
    connection: Any = await asyncpg.connect(filling.dsn)  # type: ignore[no-untyped-call]
    await connection.execute(_SESSION)
    return connection


def _people(start: int, stop: int, filling: Filling) -> Rows:
    rows = Rows.of(
        applications=Application.__table__.c.keys(),
        deadlines=Deadline.__table__.c.keys(),
        search_tokens=SearchToken.__table__.c.keys(),
        person_keys=_KEYS,
    )
    found = people.Applications(filling.secret, filling.now)
    for number in range(start, stop):
        keys = rows.tables["person_keys"][1]
        made = found.made(number, filling.person_key(keys), filling.person_key(keys))
        rows.add("applications", made.row)
        for deadline in made.deadlines:
            rows.add("deadlines", deadline)
        for token in made.tokens:
            rows.add("search_tokens", {**made.row, "token": token, "application_id": made.row["id"]})
    return rows


def _entries(start: int, stop: int, filling: Filling) -> Rows:
    rows = Rows.of(
        enquiries=Enquiry.__table__.c.keys(),
        bench_words=("enquiry_id", "organisation_id", "words"),
        person_keys=_KEYS,
    )
    found = journal.Entries(filling.secret, filling.now, filling.entries)
    for number in range(start, stop):
        row, words = found.made(number, filling.person_key(rows.tables["person_keys"][1]))
        rows.add("enquiries", row)
        rows.tables["bench_words"][1].append((row["id"], row["organisation_id"], words))
    return rows
