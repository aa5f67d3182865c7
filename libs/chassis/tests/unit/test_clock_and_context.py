"""Ids sort by time and never repeat; the context is written as PostgreSQL reads it."""

import time
from uuid import UUID

from chassis.clock import SystemClock, new_id
from chassis.data.context import NO_TOKEN, NOBODY, SYSTEM, AccessContext, array_literal


def test_ids_are_uuid7_sorted_and_unique() -> None:
    ids = [new_id() for _ in range(20_000)]
    assert ids == sorted(ids)
    assert len(set(ids)) == len(ids)
    assert {(one.version, one.variant) for one in ids} == {(7, "specified in RFC 4122")}


def test_an_id_tells_its_time() -> None:
    assert abs((new_id().int >> 80) - time.time() * 1000) < 1000


def test_the_system_clock_is_aware() -> None:
    assert SystemClock().now().utcoffset() is not None


def test_an_absent_principal_differs_from_a_missing_context() -> None:
    settings = SYSTEM.settings()
    assert (settings["principal"], settings["token"]) == (str(NOBODY), NO_TOKEN)
    assert settings["organisations"] == "{}"
    assert "" not in settings.values()


def test_sets_are_array_literals_whatever_they_hold() -> None:
    assert array_literal(['a"b', "c\\d", "e,f"]) == '{"a\\"b","c\\\\d","e,f"}'
    context = AccessContext(None, organisation_ids=frozenset({UUID(int=2), UUID(int=1)}))
    assert context.settings()["organisations"] == f'{{"{UUID(int=1)}","{UUID(int=2)}"}}'
