"""The plans PostgreSQL makes for what intake asks: the same code, the same role, row security on."""

from __future__ import annotations

import os
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

from chassis.access.tokens import Principal
from chassis.bus.connection import connect
from chassis.data.database import Database
from chassis.privacy.blobs import BlobBucket
from chassis.privacy.keyring import KeySource
from chassis.regions import load_regions
from chassis.work import Runtime, Unit
from contracts.identifiers import named_id
from intake.main import service
from intake.testing import directory_pack, organisation, region
from local_deploy.environment import service_environment
from local_deploy.system import System
from sqlalchemy import event

LARGE = {"applications", "deadlines", "enquiries", "enquiry_words", "search_tokens", "person_keys"}
_SCAN = re.compile(r"(Seq Scan|Index Only Scan|Index Scan|Bitmap Index Scan) (?:Backward )?(?:using (\w+) )?on (\w+)")


@dataclass(slots=True)
class Plan:
    """What one request asks of the database, each statement with its plan as PostgreSQL explains it."""

    name: str
    texts: list[str] = field(default_factory=list)

    @property
    def indexes(self) -> list[str]:
        """The indexes used, in order."""
        found = [scan[1] or scan[2] for text in self.texts for scan in _SCAN.findall(text) if scan[0] != "Seq Scan"]
        return list(dict.fromkeys(found))

    @property
    def whole_tables(self) -> list[str]:
        """Large tables read from end to end: none may be."""
        scans = [scan for text in self.texts for scan in _SCAN.findall(text)]
        return [table for kind, _, table in scans if kind == "Seq Scan" and table in LARGE]


@asynccontextmanager
async def runtime(system: System, role: str) -> AsyncIterator[Runtime]:
    """Intake's own runtime under one of its two roles (``api``, ``worker``)."""
    with patch.dict(os.environ, service_environment(system, "intake")):
        settings = service.settings_type()
    async with AsyncExitStack() as stack:
        connection = await connect(settings.nats_url, "bench")
        stack.push_async_callback(connection.drain)
        database = Database(getattr(settings, f"database_{role}_url"), pool_size=10, name="bench")
        stack.push_async_callback(database.close)
        yield Runtime(
            name="intake",
            settings=settings,
            database=database,
            policy=service.policy,
            keys=KeySource(settings.key_encryption_key, None, owner=True),
            blobs=BlobBucket(connection.jetstream(), "intake"),
            regions=load_regions(settings.regions_dir),
            packs=service.packs(settings.regions_dir),
        )


def person(pack: str, login: str) -> Principal:
    """A member of staff with the authority the pack gives."""
    entry = next(entry for entry in directory_pack(pack).staff if entry.login == login)
    whole = [pack, *(f"{pack}/{place.code}" for place in region(pack).territories)] if entry.whole_region else []
    return Principal(
        id=named_id("principal", f"{pack}/{login}"),
        roles=frozenset(entry.roles),
        organisation_ids=frozenset({organisation(entry.organisation, pack)} if entry.organisation else ()),
        territories=frozenset([*whole, *(f"{pack}/{code}" for code in entry.territories)]),
    )


async def plan(runtime: Runtime, actor: Principal, name: str, asks: Callable[[Unit], Awaitable[object]]) -> Plan:
    """Do what a request does and explain, in the same transaction, every statement that read a large table."""
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        asked.append((statement, parameters))

    found, engine = Plan(name), runtime.database.engine.sync_engine
    async with runtime.transaction(actor) as unit:
        event.listen(engine, "before_cursor_execute", note)
        await asks(unit)
        event.remove(engine, "before_cursor_execute", note)
        connection = await unit.session.connection()
        for statement, parameters in asked:
            if any(f" {table}" in statement for table in LARGE) and statement.lstrip().startswith(("SELECT", "WITH")):
                rows = await connection.exec_driver_sql(f"EXPLAIN (ANALYZE, BUFFERS) {statement}", parameters)
                found.texts.append("\n".join(row[0] for row in rows))
    return found
