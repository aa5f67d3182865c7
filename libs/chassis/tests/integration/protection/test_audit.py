import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from chassis.access.tokens import Principal
from chassis.data.context import SYSTEM, AccessContext
from chassis.http.readers import ReadersQuery, readers_of
from chassis.privacy.audit import ReadAudit
from chassis.privacy.audit_chain import (
    GENESIS,
    Break,
    BrokenChainError,
    ChainKey,
    Fault,
    canonical,
    chain,
    link,
    verify,
)
from contracts.access import FieldGroup, Role
from contracts.identifiers import Purpose
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

KEY = ChainKey.derive(b"s" * 32, "cases")
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
CHILD, ORGANISATION = uuid4(), uuid4()
COORDINATOR = Principal(id=uuid4(), roles=frozenset({Role.COORDINATOR}), organisation_ids=frozenset({ORGANISATION}))
FAMILY = AccessContext(uuid4(), frozenset({"family"}), child_ids=frozenset({CHILD}))
ROWS = 40


async def record(world: Any, actor: Principal = COORDINATOR, child: UUID = CHILD, at: datetime = START) -> None:
    context = AccessContext(actor.id, frozenset(map(str, actor.roles)))
    async with world.api.transaction(context) as session:
        trail = ReadAudit(session, actor, uuid4(), at)
        await trail.read("case_file", child, {FieldGroup.HEALTH, FieldGroup.CORE}, Purpose.HEALTH, subject_id=uuid4())


async def chained(world: Any, now: datetime = START) -> int:
    async with world.worker.transaction(SYSTEM) as session:
        return await chain(session, KEY, now)


async def breaks(world: Any, key: ChainKey = KEY) -> list[Break]:
    async with world.worker.transaction(SYSTEM) as session:
        return await verify(session, key)


async def tamper(world: Any, *statements: str, **values: Any) -> None:
    """What an administrator of the database could do: triggers off, row security passed."""
    async with world.superuser.engine.begin() as connection:
        await connection.execute(text("SET LOCAL session_replication_role = replica"))
        for statement in statements:
            await connection.execute(text(statement), values)


@pytest.fixture
async def trail(world: Any) -> Any:
    """Forty reads, chained in three batches over three hours: heads at 15, 30 and 40, anchors at the same places."""
    for hour, count in enumerate((15, 15, 10)):
        now = START + timedelta(hours=hour)
        for _ in range(count):
            await record(world, at=now)
        assert await chained(world, now) == count
    return world


async def test_an_untouched_trail_verifies(trail: Any) -> None:
    assert await breaks(trail) == []


async def test_rows_are_chained_once_in_order_and_from_the_genesis(trail: Any) -> None:
    async with trail.worker.transaction(SYSTEM) as session:
        rows = (await session.execute(text("SELECT * FROM read_audit ORDER BY position"))).mappings().all()
    assert [row["position"] for row in rows] == list(range(1, ROWS + 1))
    assert rows[0]["previous"] == GENESIS
    assert all(row["hash"] == link(row["previous"], row["position"], row) for row in rows)
    assert await chained(trail, START + timedelta(hours=2)) == 0


async def test_the_read_and_its_audit_row_share_one_fate(world: Any) -> None:
    with suppress(LookupError):
        async with world.api.transaction(AccessContext(COORDINATOR.id, frozenset({"coordinator"}))) as session:
            await ReadAudit(session, COORDINATOR, uuid4(), START).read("case_file", CHILD, {FieldGroup.CORE}, "x")
            raise LookupError
    assert await chained(world) == 0


async def test_nobody_records_a_read_in_the_name_of_another(world: Any) -> None:
    with pytest.raises(DBAPIError, match="row-level security"):
        async with world.api.transaction(AccessContext(uuid4(), frozenset({"coordinator"}))) as session:
            await ReadAudit(session, COORDINATOR, uuid4(), START).read("case_file", CHILD, {FieldGroup.CORE}, "x")


@pytest.mark.parametrize("change", ["UPDATE read_audit SET role = 'x'", "DELETE FROM read_audit"])
@pytest.mark.parametrize("role", ["api", "worker"])
async def test_services_cannot_change_or_delete_what_was_recorded(trail: Any, role: str, change: str) -> None:
    with pytest.raises(DBAPIError, match="permission denied"):
        async with getattr(trail, role).transaction(SYSTEM) as session:
            await session.execute(text(change))


@pytest.mark.parametrize(
    "change", ["UPDATE read_audit SET hash = NULL, position = NULL, previous = NULL", "DELETE FROM read_audit",
               "TRUNCATE read_audit"],
)  # fmt: skip
async def test_even_the_owner_meets_the_append_only_trigger(trail: Any, change: str) -> None:
    with pytest.raises(DBAPIError, match="append-only"):
        async with trail.owner.transaction(SYSTEM) as session:
            await session.execute(text(change))


_CONTENT = (
    "role = 'family'", "purpose = 'other'", "at = at + interval '1 second'", "child_id = gen_random_uuid()",
    "principal_id = gen_random_uuid()", "field_groups = '{core}'", "result_count = result_count + 1",
    "subject_id = NULL", "organisation_id = NULL", "resource = 'x'", "request_id = gen_random_uuid()",
    "hash = sha256('x')", "previous = sha256('y')",
)  # fmt: skip
_COPY = (
    "INSERT INTO read_audit (at, principal_id, role, organisation_id, child_id, resource, subject_id, field_groups, "
    "purpose, request_id, result_count, position, previous, hash) OVERRIDING SYSTEM VALUE "
    "SELECT at, gen_random_uuid(), role, organisation_id, child_id, resource, subject_id, field_groups, "
    "purpose, request_id, result_count, "
)


async def edit(world: Any, dice: random.Random) -> int:
    at = dice.randint(1, ROWS)
    await tamper(world, f"UPDATE read_audit SET {dice.choice(_CONTENT)} WHERE position = :at", at=at)
    return at


async def delete(world: Any, dice: random.Random) -> int:
    at = dice.randint(1, ROWS)
    await tamper(world, "DELETE FROM read_audit WHERE position = :at", at=at)
    return at


async def delete_and_close_the_gap(world: Any, dice: random.Random) -> int:
    at = dice.randint(1, ROWS - 1)
    shift = "UPDATE read_audit SET position = -position WHERE position > :at"
    back = "UPDATE read_audit SET position = -position - 1 WHERE position < 0"
    await tamper(world, "DELETE FROM read_audit WHERE position = :at", shift, back, at=at)
    return at


async def insert(world: Any, dice: random.Random) -> int:
    at = dice.randint(1, ROWS)
    shift = "UPDATE read_audit SET position = -position WHERE position >= :at"
    back = "UPDATE read_audit SET position = -position + 1 WHERE position < 0"
    forged = _COPY + "CAST(:at AS bigint), previous, hash FROM read_audit WHERE position = CAST(:at AS bigint) + 1"
    await tamper(world, shift, back, forged, at=at)
    return at


async def reorder(world: Any, dice: random.Random) -> int:
    one, two = sorted(dice.sample(range(1, ROWS + 1), 2))
    swap = (
        "UPDATE read_audit SET position = -position WHERE position IN (:one, :two)",
        "UPDATE read_audit SET position = CASE -position WHEN :one THEN CAST(:two AS bigint) ELSE :one END "
        "WHERE position < 0",
    )
    await tamper(world, *swap, one=one, two=two)
    return one


async def cut_the_tail(world: Any, dice: random.Random) -> int:
    at = dice.randint(1, ROWS)
    await tamper(world, "DELETE FROM read_audit WHERE position >= :at", at=at)
    return at


async def append_a_forged_row(world: Any, dice: random.Random) -> int:
    async with world.superuser.engine.connect() as connection:
        last = (await connection.execute(text("SELECT * FROM read_audit ORDER BY position DESC LIMIT 1"))).mappings()
        row = dict(last.one())
    digest = link(row["hash"], ROWS + 1, row)
    copied = _COPY.replace("gen_random_uuid()", "principal_id")
    forged = copied + "CAST(:next AS bigint), hash, CAST(:digest AS bytea) FROM read_audit WHERE position = :last"
    await tamper(world, forged, next=ROWS + 1, digest=digest, last=ROWS)
    return ROWS + 1


TAMPERINGS: tuple[Callable[[Any, random.Random], Awaitable[int]], ...] = (
    edit, edit, delete, delete_and_close_the_gap, insert, reorder, cut_the_tail, append_a_forged_row,
)  # fmt: skip
_SAVE = ("DROP SCHEMA IF EXISTS kept CASCADE", "CREATE SCHEMA kept", "CREATE TABLE kept.saved AS TABLE read_audit")
_RESTORE = (
    "DELETE FROM read_audit",
    "INSERT INTO read_audit OVERRIDING SYSTEM VALUE SELECT * FROM kept.saved",
)


async def test_three_hundred_tamperings_are_all_found_at_their_place(trail: Any) -> None:
    dice = random.Random(20260302)
    await tamper(trail, *_SAVE)
    missed = []
    for _ in range(300):
        tampering = dice.choice(TAMPERINGS)
        place = await tampering(trail, dice)
        if place not in {found.position for found in await breaks(trail)}:
            missed.append((tampering.__name__, place))
        await tamper(trail, *_RESTORE)
    assert missed == []
    assert await breaks(trail) == []


async def test_rewriting_everything_after_a_place_contradicts_the_next_anchor(trail: Any) -> None:
    async with trail.superuser.engine.connect() as connection:
        rows = (await connection.execute(text("SELECT * FROM read_audit ORDER BY position"))).mappings().all()
    previous = rows[19]["previous"]
    for row in rows[19:]:
        forged = {**row, "role": "system"}
        digest = link(previous, row["position"], forged)
        change = "UPDATE read_audit SET role = 'system', previous = :previous, hash = :digest WHERE id = :id"
        await tamper(trail, change, previous=previous, digest=digest, id=row["id"])
        previous = digest
    assert await breaks(trail) == [Break(30, Fault.REWRITTEN), Break(40, Fault.REWRITTEN)]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("UPDATE audit_head SET position = 30", Fault.SIGNATURE),
        ("DELETE FROM audit_head", Fault.SIGNATURE),
        ("DELETE FROM audit_anchors WHERE position = 30", Fault.CUT),
        ("DELETE FROM audit_anchors", Fault.CUT),
        ("UPDATE audit_anchors SET hash = sha256('x') WHERE position = 30", Fault.SIGNATURE),
        (
            "UPDATE audit_head SET (position, hash, at, anchors, signature) = "
            "(SELECT position, hash, at, anchors, signature FROM audit_anchors WHERE position = 30)",
            Fault.SIGNATURE,
        ),
    ],
)
async def test_heads_and_anchors_cannot_be_changed_removed_or_put_in_place_of_each_other(
    trail: Any, change: str, expected: Fault
) -> None:
    await tamper(trail, change)
    assert expected in {found.fault for found in await breaks(trail)}


async def test_the_worker_never_launders_a_cut_tail(trail: Any) -> None:
    await tamper(trail, "DELETE FROM read_audit WHERE position > 35")
    await record(trail)
    assert await chained(trail, START + timedelta(hours=2)) == 1
    assert {found.position for found in await breaks(trail)} >= {36, 37, 38, 39, 40}


async def test_the_worker_refuses_to_continue_from_a_foreign_head(trail: Any) -> None:
    await tamper(trail, "UPDATE audit_head SET position = 35")
    await record(trail)
    with pytest.raises(BrokenChainError):
        await chained(trail)


async def test_another_services_key_does_not_vouch_for_this_trail(trail: Any) -> None:
    foreign = ChainKey.derive(b"s" * 32, "intake")
    assert Fault.SIGNATURE in {found.fault for found in await breaks(trail, foreign)}


async def test_several_workers_share_one_chain(world: Any) -> None:
    for _ in range(20):
        await record(world)
    async with world.worker.transaction(SYSTEM) as first:
        assert await chain(first, KEY, START) == 20
        assert await chained(world) == 0
    assert await breaks(world) == []


async def test_the_family_sees_who_read_but_not_protected_readers(world: Any) -> None:
    other_child = uuid4()
    operator = Principal(id=uuid4(), roles=frozenset({Role.OPERATOR}))
    await record(world)
    await record(world, operator)
    await record(world, child=other_child)
    async with world.api.transaction(FAMILY) as session:
        (seen,) = (await readers_of(CHILD, "cases", ReadersQuery(), session)).items
        assert (await readers_of(other_child, "cases", ReadersQuery(), session)).items == []
    assert (seen.at, seen.role, seen.organisation_id) == (START, "Координатор семьи", ORGANISATION)
    assert (seen.service, seen.field_groups, seen.purpose) == ("cases", ("core", "health"), "health")


async def test_pages_of_readers_lose_nothing_that_was_read_at_one_moment(world: Any) -> None:
    moments = [START, START, START, START + timedelta(minutes=1)]
    for at in moments:
        await record(world, at=at)
    seen, cursor = [], None
    async with world.api.transaction(FAMILY) as session:
        while True:
            page = await readers_of(CHILD, "cases", ReadersQuery(limit=2, cursor=cursor), session)
            seen += [line.at for line in page.items]
            if (cursor := page.next_cursor) is None:
                break
        earlier = await readers_of(CHILD, "cases", ReadersQuery(until=moments[-1], with_total=True), session)
        later = await readers_of(CHILD, "cases", ReadersQuery(since=moments[-1]), session)
    assert seen == sorted(moments, reverse=True)
    assert (earlier.total, len(later.items)) == (3, 1)


def test_canonical_json_has_one_form_for_one_meaning() -> None:
    moscow = START.astimezone(None)
    assert canonical({"b": 1, "a": START}) == canonical({"a": moscow, "b": 1})
    assert canonical({"ключ": "ё\n"}) == '{"ключ":"ё\\n"}'.encode()
