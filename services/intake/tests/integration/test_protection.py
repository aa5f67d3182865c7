"""Personal data stay where they belong, and the database agrees with the code."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from chassis.access.rls_platform import PLATFORM
from chassis.testing.canary import Canary
from intake.applications.model.application import Application
from intake.applications.model.search import SearchToken
from intake.enquiries.model.enquiry import Enquiry
from intake.enquiries.model.papers import EnquiryWord
from intake.tables import Base
from intake.testing import Route, everything_stored, organisation
from intake.testing.enquiries import Desk
from sqlalchemy import Connection, func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine


async def test_personal_data_reach_neither_logs_nor_events_nor_open_columns(moscow: Route, canary: Canary) -> None:
    coordinator, head = await moscow.person("koordinator.moskva"), await moscow.person("head.sever")
    told: dict[str, Any] = {
        "representative_name": canary.name,
        "child_name": canary.name,
        "email": canary.email,
        "diagnosis": canary.text,
        "comment": canary.text,
        "actual_address": canary.text,
    }
    filed = await moscow.submitted(**told)
    url = f"/applications/{filed['id']}"
    files = {"file": (f"{canary.mark}.pdf", b"%PDF-1.7 " + canary.mark.encode() + b"\n%%EOF\n", "application/pdf")}
    family = moscow.app.client(status_token=filed["status_token"])
    assert (await family.post("/applications/status/files", files=files)).status_code == 201
    await coordinator.post(f"{url}/take")
    call = {"outcome": "reached", "need": canary.text, "explanation_given": True}
    assert (await coordinator.post(f"{url}/calls", json=call)).status_code == 201
    body = {"serving_organisation_id": str(organisation("early-help-north"))}
    await coordinator.post(f"{url}/hand-over", json=body)
    assert (await head.post(f"{url}/accept")).json()["contact"]["child_name"] == canary.name
    await moscow.app.client().post("/applications", json={**told, "region": canary.text, "phone": canary.text})

    rows = await everything_stored(moscow.app)
    assert len(rows) > 20
    canary.check(*rows)


async def test_an_erased_person_is_found_by_nothing_any_more(moscow: Route) -> None:
    """Digests of names and words are keyed by the service: they would outlive the person's key (152-FZ art. 21)."""
    desk = Desk(moscow.app)
    curator = await desk.person("kurator.muromtsevo")
    called = {"channel": "phone", "name": "Вязова Дарья", "phone": "8 905 000 77 88", "question": "Где взять ходунки?"}
    asked = [await desk.registered(curator, **called) for _ in range(2)]
    filed = [await moscow.submitted() for _ in range(2)]
    async with moscow.app.unit() as unit:
        enquiry = await unit.session.get_one(Enquiry, asked[0]["id"])
        application = await unit.session.get_one(Application, filed[0]["id"])
        await unit.keys.erase(enquiry.person_id)
        await unit.keys.erase(application.child_id)
    async with moscow.app.unit() as unit:
        words = select(func.count()).select_from(EnquiryWord).where
        tokens = select(func.count()).select_from(SearchToken).where
        left = [await unit.session.scalar(words(EnquiryWord.enquiry_id == one["id"])) for one in asked]
        found = [await unit.session.scalar(tokens(SearchToken.application_id == one["id"])) for one in filed]
    assert (left[0], found[0]) == (0, 0)
    assert left[1]
    assert found[1]


async def test_the_migrations_make_the_tables_of_the_model(moscow: Route) -> None:
    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, Base.metadata))

    engine = create_async_engine(moscow.app.urls.owner)
    try:
        async with engine.connect() as connection:
            found = await connection.run_sync(differences)
    finally:
        await engine.dispose()
    ours = [row for row in found if not _of_the_chassis(row)]
    assert ours == []


def _of_the_chassis(difference: object) -> bool:
    kind, *rest = difference if isinstance(difference, tuple) else ("", difference)
    names = {getattr(part, "name", None) for part in rest} | {
        getattr(getattr(p, "table", None), "name", None) for p in rest
    }
    partitions = any(str(name).rpartition("_")[0] in PLATFORM or str(name).startswith("outbox") for name in names)
    return kind.startswith("remove") and (bool(names & (set(PLATFORM) | {"alembic_version"})) or partitions)


FILLED = ["applications", "deadlines", "consents", "organisations", "principals", "number_counters"]


@pytest.mark.parametrize("table", FILLED)
async def test_no_table_is_read_without_a_context(moscow: Route, table: str) -> None:
    await moscow.submitted()
    engine = create_async_engine(moscow.app.urls.api)
    try:
        async with engine.connect() as connection:
            with pytest.raises(Exception, match="access context is missing"):
                await connection.execute(text(f"SELECT * FROM {table}"))
    finally:
        await engine.dispose()


@pytest.mark.parametrize("counted", ["families_served", "families_sought"])
async def test_load_is_counted_for_a_caller_only_and_changes_nothing_of_who_asks(moscow: Route, counted: str) -> None:
    asked = text(f"SELECT count(*) FROM {counted}('irkutsk', ARRAY['open'])")
    engine = create_async_engine(moscow.app.urls.api)
    try:
        async with engine.connect() as connection:
            with pytest.raises(DBAPIError, match="access context is missing"):
                await connection.execute(asked)
            await connection.rollback()
            for name, value in (("app.roles", "{public}"), ("app.principal", str(UUID(int=0)))):
                await connection.execute(text("SELECT set_config(:name, :value, true)"), {"name": name, "value": value})
            await connection.execute(asked)
            assert await connection.scalar(text("SELECT current_setting('app.roles')")) == "{public}"
    finally:
        await engine.dispose()
