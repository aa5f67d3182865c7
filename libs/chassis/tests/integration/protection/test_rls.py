import asyncio
import random
from contextlib import suppress
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from chassis.access.rls import UngovernedError
from chassis.data.context import NOBODY, SYSTEM, AccessContext
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

MINE, THEIRS = uuid4(), uuid4()
ME, COLLEAGUE, CHILD = uuid4(), uuid4(), uuid4()
STRANGER = {
    "region": "r1", "territory": "t1", "coordinating": THEIRS, "serving": THEIRS, "coordinator": COLLEAGUE,
    "team": [COLLEAGUE], "child": uuid4(),
}  # fmt: skip
_FILE = text(
    "INSERT INTO case_files (id, region, territory, coordinating, serving, coordinator_id, team, child_id) "
    "VALUES (:id, :region, :territory, :coordinating, :serving, :coordinator, :team, :child)"
)
_NOTE = text("INSERT INTO file_notes (id, case_id, body) VALUES (:id, :file, 'n')")


def context(role: str, **known: Any) -> AccessContext:
    return replace(AccessContext(ME, frozenset({role, "public"}), frozenset({MINE})), **known)


async def given_file(world: Any, **columns: Any) -> UUID:
    id = uuid4()
    async with world.worker.transaction(SYSTEM) as session:
        await session.execute(_FILE, {"id": id, **STRANGER, **columns})
        await session.execute(_NOTE, {"id": uuid4(), "file": id})
    return id


async def seen(world: Any, asking: AccessContext, table: str = "case_files") -> int:
    async with world.api.transaction(asking) as session:
        return int(await session.scalar(text(f"SELECT count(*) FROM {table}")))


async def changed(world: Any, asking: AccessContext, id: UUID) -> int:
    async with world.api.transaction(asking) as session:
        done = await session.execute(text("UPDATE case_files SET note = 'x' WHERE id = :id"), {"id": id})
        return int(done.rowcount)


@pytest.mark.parametrize("database", ["api", "worker", "owner"])
async def test_a_missing_context_raises_and_never_filters(world: Any, database: str) -> None:
    await given_file(world)
    with pytest.raises(DBAPIError, match="access context is missing"):
        async with getattr(world, database)._sessions() as session, session.begin():
            await session.execute(text("SELECT * FROM case_files"))


async def test_an_empty_setting_left_by_an_earlier_transaction_counts_as_missing(world: Any) -> None:
    await given_file(world)
    async with world.api.engine.connect() as connection:
        async with connection.begin():
            await connection.execute(text("SELECT set_config('app.principal', :id, true)"), {"id": str(ME)})
        with pytest.raises(DBAPIError, match="access context is missing"):
            await connection.execute(text("SELECT * FROM case_files"))


async def test_the_worker_needs_the_system_context(world: Any) -> None:
    await given_file(world)
    async with world.worker.transaction(context("coordinator")) as session:
        assert await session.scalar(text("SELECT count(*) FROM case_files")) == 0
    async with world.worker.transaction(SYSTEM) as session:
        assert await session.scalar(text("SELECT count(*) FROM case_files")) == 1


async def test_the_system_context_opens_nothing_to_the_api_role(world: Any) -> None:
    await given_file(world)
    assert await seen(world, SYSTEM) == 0


@pytest.mark.parametrize(
    ("role", "relation", "known", "reads", "writes"),
    [
        ("coordinator", {"coordinator": ME}, {}, True, True),
        ("coordinator", {"coordinating": MINE}, {}, True, False),
        ("coordinator", {"serving": MINE}, {}, False, False),
        ("specialist", {"serving": MINE}, {}, True, True),
        ("specialist", {"team": [COLLEAGUE, ME]}, {}, True, True),
        ("specialist", {"coordinator": ME}, {}, False, False),
        ("head", {"coordinating": MINE}, {}, True, False),
        ("manager", {}, {"territories": frozenset({"t1"})}, True, False),
        ("manager", {}, {"territories": frozenset({"r1"})}, True, False),
        ("manager", {}, {"territories": frozenset({"t2"})}, False, False),
        ("family", {"child": CHILD}, {"child_ids": frozenset({CHILD})}, True, False),
        ("family", {"child": CHILD}, {"child_ids": frozenset({uuid4()})}, False, False),
        ("administrator", {"serving": MINE, "coordinating": MINE}, {}, False, False),
        ("account", {"child": CHILD}, {}, False, False),
    ],
)
async def test_rows_are_seen_and_changed_as_the_policy_says(
    world: Any, role: str, relation: dict[str, Any], known: dict[str, Any], reads: bool, writes: bool
) -> None:
    await given_file(world)
    id = await given_file(world, **relation)
    asking = context(role, **known)
    # territories match every row of this test; all other relations only the second one
    expected = (2 if role == "manager" else 1) if reads else 0
    assert await seen(world, asking) == expected
    assert await seen(world, asking, "file_notes") == expected
    assert await changed(world, asking, id) == (1 if writes else 0)


async def test_a_child_row_is_written_only_by_who_may_write_its_parent(world: Any) -> None:
    read_only = await given_file(world, coordinating=MINE)
    own = await given_file(world, coordinator=ME)
    async with world.api.transaction(context("coordinator")) as session:
        await session.execute(_NOTE, {"id": uuid4(), "file": own})
        deleted = await session.execute(text("DELETE FROM file_notes WHERE case_id = :id"), {"id": read_only})
        assert deleted.rowcount == 0
    with pytest.raises(DBAPIError, match="row-level security"):
        async with world.api.transaction(context("coordinator")) as session:
            await session.execute(_NOTE, {"id": uuid4(), "file": read_only})


async def test_a_row_cannot_be_pushed_out_of_the_writers_reach(world: Any) -> None:
    id = await given_file(world, serving=MINE)
    with pytest.raises(DBAPIError, match="row-level security"):
        async with world.api.transaction(context("specialist")) as session:
            await session.execute(text("UPDATE case_files SET serving = :to WHERE id = :id"), {"to": THEIRS, "id": id})


async def test_nobody_deletes_where_the_policy_knows_no_deleting(world: Any) -> None:
    id = await given_file(world, coordinator=ME)
    with pytest.raises(DBAPIError, match="permission denied"):
        async with world.api.transaction(context("coordinator")) as session:
            await session.execute(text("DELETE FROM case_files WHERE id = :id"), {"id": id})


async def _submit(session: AsyncSession, token: str) -> None:
    statement = text("INSERT INTO applications (id, token_digest, state) VALUES (:id, :token, 'new')")
    await session.execute(statement, {"id": uuid4(), "token": token})


async def test_the_public_submits_and_then_sees_only_what_its_token_opens(world: Any) -> None:
    public = AccessContext(None, frozenset({"public"}))
    async with world.api.transaction(public) as session:
        await _submit(session, "aa")
        await _submit(session, "-")
    assert await seen(world, public, "applications") == 0
    assert await seen(world, replace(public, token_digest="aa"), "applications") == 1
    assert await seen(world, replace(public, token_digest="bb"), "applications") == 0


async def test_reference_tables_are_open_to_every_context_and_closed_without(world: Any) -> None:
    async with world.api.transaction(context("administrator")) as session:
        await session.execute(text("INSERT INTO catalogue VALUES ('a')"))
    assert await seen(world, AccessContext(NOBODY), "catalogue") == 1
    with pytest.raises(DBAPIError, match="row-level security"):
        async with world.api.transaction(context("family")) as session:
            await session.execute(text("INSERT INTO catalogue VALUES ('b')"))


async def test_installed_policies_equal_the_generated_ones(world: Any) -> None:
    assert await world.differences() == []


@pytest.mark.parametrize(
    "tampering",
    [
        "DROP POLICY api_select ON case_files",
        "ALTER TABLE case_files NO FORCE ROW LEVEL SECURITY",
        "ALTER TABLE file_notes DISABLE ROW LEVEL SECURITY",
        "GRANT DELETE ON case_files TO cases_api",
        "GRANT UPDATE (note) ON case_files TO cases_api",
        "CREATE POLICY wide ON case_files FOR SELECT TO cases_api USING (true)",
        "ALTER POLICY api_update ON case_files USING (true)",
        "CREATE OR REPLACE FUNCTION app.principal() RETURNS uuid LANGUAGE sql STABLE AS 'SELECT gen_random_uuid()'",
    ],
)
async def test_any_loosening_of_the_database_is_reported(own_world: Any, tampering: str) -> None:
    async with own_world.owner.transaction(SYSTEM) as session:
        await session.execute(text(tampering))
    assert await own_world.differences() != []


async def test_a_table_nobody_claimed_stops_the_installation(own_world: Any) -> None:
    async with own_world.owner.transaction(SYSTEM) as session:
        await session.execute(text("CREATE TABLE forgotten (id uuid)"))
    with pytest.raises(UngovernedError, match="forgotten"):
        await own_world.install()


async def test_conditions_on_the_context_are_evaluated_once_per_query(world: Any) -> None:
    async with world.api.transaction(context("coordinator")) as session:
        plan = "\n".join(await _plan(session, "SELECT * FROM case_files"))
    assert "InitPlan" in plan
    assert "SubPlan" not in plan


async def _plan(session: AsyncSession, query: str) -> list[str]:
    return list((await session.execute(text(f"EXPLAIN {query}"))).scalars())


async def test_interleaved_and_cancelled_requests_never_see_through_each_others_eyes(world: Any) -> None:
    people = [uuid4() for _ in range(5)]
    for count, person in enumerate(people, start=1):
        for _ in range(count):
            await given_file(world, coordinator=person)
    dice = random.Random(7)
    wrong: list[tuple[int, int]] = []

    async def ask(count: int, person: UUID) -> None:
        async with world.api.transaction(AccessContext(person, frozenset({"coordinator"}))) as session:
            async with session.begin_nested() as point:
                await session.execute(text("SELECT pg_sleep(0.002)"))
                await point.rollback()
            found = int(await session.scalar(text("SELECT count(*) FROM case_files")) or 0)
            if found != count:
                wrong.append((count, found))

    async def maybe_cancelled(count: int, person: UUID) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(ask(count, person), dice.choice([0.001, 0.01, 5]))

    await asyncio.gather(*(maybe_cancelled(*dice.choice(list(enumerate(people, start=1)))) for _ in range(200)))
    assert wrong == []
    with pytest.raises(DBAPIError, match="access context is missing"):
        async with world.api._sessions() as session, session.begin():
            await session.execute(text("SELECT * FROM case_files"))


async def test_foreign_keys_reach_rows_the_caller_cannot_see(own_world: Any) -> None:
    hidden = await given_file(own_world)
    async with own_world.owner.transaction(SYSTEM) as session:
        await session.execute(text("ALTER TABLE applications ADD case_id uuid REFERENCES case_files"))
    async with own_world.api.transaction(AccessContext(None, frozenset({"public"}))) as session:
        statement = "INSERT INTO applications (id, token_digest, state, case_id) VALUES (:id, 'aa', 'new', :case)"
        await session.execute(text(statement), {"id": uuid4(), "case": hidden})
