"""Authority is the directory's: what an administrator changes in intake acts in every service within moments."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from contracts.identifiers import named_id
from local_deploy.story.gateway import Person
from local_deploy.story.world import HOME_PROGRAMME
from local_deploy.system import System

LOGIN = "specialist.smolensk3"
DOORS = ("/cases/case-files", "/scheduling/visits", "/notifications/messages", "/intake/applications")
WITHIN_SECONDS = 2.0
"""The bar is a second at p99; the other is for a machine that runs other suites beside."""


@pytest.fixture(scope="module")
def administrator(system: System) -> Iterator[Person]:
    person = Person(system, "administrator")
    yield person
    person.close()


@pytest.fixture
def specialist(system: System, administrator: Person) -> Iterator[Person]:
    """A specialist who is given back what was taken away."""
    person = Person(system, LOGIN)
    before = _entry(administrator)
    _wait(lambda: all(one.status_code == 200 for one in _knock(person)))
    yield person
    _change(administrator, **{name: before[name] for name in ("roles", "organisation_ids", "territories", "active")})
    _wait(lambda: all(one.status_code == 200 for one in _knock(person)))
    person.close()


def _entry(administrator: Person) -> Any:
    everybody = administrator.get("/intake/staff", params={"region": HOME_PROGRAMME, "limit": 200})["items"]
    return next(one for one in everybody if one["id"] == _id())


def _id() -> str:
    return str(named_id("principal", f"{HOME_PROGRAMME}/{LOGIN}"))


def _change(administrator: Person, **changes: Any) -> None:
    answer = administrator.call("PUT", f"/intake/staff/{_id()}", json=changes)
    assert answer.status_code == 200, answer.text


def _knock(person: Person) -> list[httpx.Response]:
    return [person.call("GET", door) for door in DOORS]


def _wait(done: Callable[[], bool]) -> float:
    """Seconds until it is so."""
    began = time.monotonic()
    while not done():
        assert time.monotonic() - began < 10, "nothing has come of it in ten seconds"
        time.sleep(0.02)
    return time.monotonic() - began


def test_a_dismissed_person_is_refused_everywhere_within_moments(administrator: Person, specialist: Person) -> None:
    _change(administrator, roles=["specialist"], active=False)
    seconds = _wait(lambda: all(one.status_code == 403 for one in _knock(specialist)))
    assert seconds < WITHIN_SECONDS
    assert specialist.call("POST", "/scheduling/day-sheets/sync", json={}).status_code == 403


def test_another_role_opens_other_doors_within_moments(administrator: Person, specialist: Person) -> None:
    before = _entry(administrator)
    _change(administrator, roles=["host"], organisation_ids=before["organisation_ids"])
    seconds = _wait(lambda: specialist.call("GET", "/cases/case-files").status_code == 403)
    assert seconds < WITHIN_SECONDS
    assert specialist.call("GET", "/scheduling/trips").status_code == 200
    assert specialist.call("GET", "/notifications/messages").status_code == 403


def test_another_organisation_hides_what_was_seen_within_moments(administrator: Person, specialist: Person) -> None:
    elsewhere = str(named_id("organisation", "moscow-early-help/early-help-south"))
    assert specialist.get("/scheduling/specialists")["items"]
    _change(administrator, roles=["specialist"], organisation_ids=[elsewhere])
    seconds = _wait(lambda: specialist.get("/scheduling/specialists")["items"] == [])
    assert seconds < WITHIN_SECONDS


def test_nobody_but_the_administrator_changes_authority(specialist: Person) -> None:
    body = {"roles": ["administrator"]}
    assert specialist.call("PUT", f"/intake/staff/{_id()}", json=body).status_code == 403
