"""Repeated and simultaneous applications."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from chassis.clock import new_id
from contracts.intake import ApplicationSubmitted
from intake.applications.commands import link_duplicates
from intake.applications.model.application import Application
from intake.applications.model.duplicates import Duplicate
from intake.testing import Route, filled_form
from sqlalchemy import select


async def numbers(route: Route) -> list[int]:
    async with route.app.unit() as unit:
        found = await unit.session.scalars(select(Application.number).where(Application.number.like("РП-2026-%")))
        return sorted(int(number.rpartition("-")[2]) for number in found)


async def test_the_same_key_gives_the_same_answer(moscow: Route) -> None:
    key = {"Idempotency-Key": str(uuid4())}
    first = await moscow.app.client().post("/applications", json=filled_form(), headers=key)
    second = await moscow.app.client().post("/applications", json=filled_form(), headers=key)
    assert second.status_code == first.status_code == 201
    assert second.content == first.content
    assert second.headers["Idempotent-Replay"] == "true"


async def test_the_same_key_with_another_form_is_refused(moscow: Route) -> None:
    key = {"Idempotency-Key": str(uuid4())}
    await moscow.app.client().post("/applications", json=filled_form(), headers=key)
    answer = await moscow.app.client().post("/applications", json=filled_form(comment="другое"), headers=key)
    assert answer.status_code == 422
    assert answer.json()["slug"] == "idempotency_key_reused"


async def test_fifty_clients_with_one_key_make_one_application(moscow: Route) -> None:
    before = len(await numbers(moscow))
    key, form = {"Idempotency-Key": str(uuid4())}, filled_form()
    client = moscow.app.client()
    answers = await asyncio.gather(*(client.post("/applications", json=form, headers=key) for _ in range(50)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert len(await numbers(moscow)) == before + 1


async def test_no_number_is_given_twice_or_lost_when_many_file_at_once_and_some_are_refused(moscow: Route) -> None:
    client = moscow.app.client()
    taken = str(new_id())
    forms = [filled_form(id=taken) if n % 3 == 0 else filled_form() for n in range(24)]
    answers = await asyncio.gather(*(client.post("/applications", json=form) for form in forms))
    assert sorted({answer.status_code for answer in answers}) == [201, 409]
    found = await numbers(moscow)
    assert len(found) == len(set(found))
    for _ in range(max(found) - len(found)):
        await moscow.submitted()
    assert await numbers(moscow) == list(range(1, max(found) + 1)), "what the refused had taken was given again"


async def test_a_client_may_choose_the_id_once(moscow: Route) -> None:
    chosen = str(new_id())
    assert (await moscow.submitted(id=chosen))["id"] == chosen
    again = await moscow.app.client().post("/applications", json=filled_form(id=chosen))
    assert again.status_code == 409
    facts = [e for e in await moscow.app.published(ApplicationSubmitted) if isinstance(e, ApplicationSubmitted)]
    assert [str(fact.application_id) for fact in facts].count(chosen) == 1


async def test_regions_number_by_themselves(moscow: Route, smolensk: Route) -> None:
    ours, theirs = await moscow.submitted(), await smolensk.submitted()
    assert ours["number"].startswith("РП-")
    assert theirs["number"].startswith("МРЦ-")


async def test_a_form_filed_again_and_again_is_linked_to_the_latest_only(
    moscow: Route, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link_duplicates, "MOST_LINKED", 2)
    filed = []
    for _ in range(4):
        moscow.app.clock.advance(timedelta(minutes=1))
        filed.append(UUID((await moscow.submitted(child_name="Кленова Ульяна", phone="8 (905) 000-77-88"))["id"]))
    await moscow.app.fire_timers()
    async with moscow.app.unit() as unit:
        linked = await unit.session.scalars(select(Duplicate.earlier_id).where(Duplicate.application_id == filed[3]))
        assert set(linked) == {filed[1], filed[2]}
