"""What staff and families see of the ledger, and what they may decide."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from chassis.data.context import Cause
from chassis.testing.running import Caller
from contracts.notifications import MessageSent
from embedded import MailSink
from notifications.messages.background import claim_message
from notifications.testing import CENTRE, Household, Office, local
from sqlalchemy import text


@pytest.fixture
async def coordinator(office: Office) -> Caller:
    return await office.app.as_role("coordinator", organisation_ids=[CENTRE])


async def family_of(office: Office, home: Household) -> Caller:
    return await office.app.as_role("family", child_ids=[home.child_id])


async def listed(caller: Caller, **which: Any) -> list[dict[str, Any]]:
    answer = await caller.get("/messages", params=which)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def lost(office: Office) -> Household:
    """A family whose acknowledgement has an unclear outcome."""
    home = await office.household()
    await claim_message(office.app.worker, (await office.newest(home)).id, Cause())
    office.app.clock.advance(timedelta(minutes=3))
    await office.send()
    return home


async def test_a_family_reads_its_own_letters(office: Office) -> None:
    home, other = await office.acquainted(), await office.acquainted()
    family = await family_of(office, home)
    (line,) = await listed(family)
    assert (line["title"], line["state"], line["reason"]) == ("Заявка принята", "sent", None)
    card = (await family.get(f"/messages/{line['id']}")).json()
    assert card["subject"] == "Заявка МРЦ-2026-000017 принята"
    assert "Анна Петровна" in card["text"]
    assert card["address"] == home.email
    foreign = await office.newest(other)
    assert (await family.get(f"/messages/{foreign.id}")).status_code == 404


async def test_staff_of_the_organisation_read_what_was_said(office: Office, coordinator: Caller) -> None:
    home = await office.acquainted()
    message = await office.newest(home)
    assert "Анна Петровна" in (await coordinator.get(f"/messages/{message.id}")).json()["text"]
    specialist = await office.app.as_role("specialist", organisation_ids=[CENTRE])
    card = (await specialist.get(f"/messages/{message.id}")).json()
    assert (card["state"], card["text"], card["address"]) == ("sent", None, None)
    stranger = await office.app.as_role("coordinator", organisation_ids=[uuid4()])
    assert (await stranger.get(f"/messages/{message.id}")).status_code == 404
    assert await listed(stranger) == []


async def test_the_serving_organisation_sees_messages_too(office: Office) -> None:
    home, serving = await office.acquainted(), uuid4()
    await office.app.deliver(home.accepted(office.app.clock.now(), serving))
    head = await office.app.as_role("head", organisation_ids=[serving])
    assert [line["kind"] for line in await listed(head)] == ["service_accepted"]


async def test_every_read_is_audited(office: Office, coordinator: Caller) -> None:
    home = await office.acquainted()
    message = await office.newest(home)
    await listed(coordinator)
    await coordinator.get(f"/messages/{message.id}")
    query = text("SELECT field_groups, subject_id FROM read_audit WHERE child_id = :child ORDER BY id")
    async with office.app.unit() as unit:
        rows = (await unit.session.execute(query, {"child": home.child_id})).all()
    assert [(row.field_groups, row.subject_id) for row in rows] == [
        (["core"], message.id),
        (["contact", "core"], message.id),
    ]


async def test_the_family_sees_who_read_its_messages(office: Office, coordinator: Caller) -> None:
    home = await office.acquainted()
    await coordinator.get(f"/messages/{(await office.newest(home)).id}")
    family = await family_of(office, home)
    path = f"/readers/{home.child_id}"
    (line,) = (await family.get(path)).json()["items"]
    assert (line["field_groups"], line["organisation_id"]) == (["contact", "core"], str(CENTRE))
    assert (await family.get(path, params={"until": line["at"]})).json()["items"] == []
    stranger = await office.app.as_role("family", child_ids=[uuid4()])
    assert (await stranger.get(path)).status_code == 404
    assert (await coordinator.get(path)).status_code == 403


async def test_the_list_is_filtered_and_paged(office: Office, coordinator: Caller) -> None:
    home, _ = await office.acquainted(), await office.acquainted()
    await office.app.deliver(home.booked(local(10, 12)))
    assert len(await listed(coordinator, child_id=str(home.child_id))) == 2
    assert [line["kind"] for line in await listed(coordinator, state="planned")] == ["appointment_booked"]
    assert len(await listed(coordinator, kind="application_received")) == 2
    assert len(await listed(coordinator, about_id=str(home.application_id))) == 1
    first = (await coordinator.get("/messages", params={"limit": 2})).json()
    second = (await coordinator.get("/messages", params={"limit": 2, "cursor": first["next_cursor"]})).json()
    assert len({line["id"] for line in first["items"] + second["items"]}) == 3
    moment = (await listed(coordinator, sort="created_at"))[-1]["created_at"]
    later, earlier = await listed(coordinator, since=moment), await listed(coordinator, until=moment)
    assert (len(later) + len(earlier), min(line["created_at"] for line in later)) == (3, moment)
    assert (await coordinator.get("/messages", params={"state": "lost"})).status_code == 422
    assert (await coordinator.get("/messages", params={"sort": "letter"})).status_code == 422


async def test_a_person_may_send_an_unclear_letter_again(office: Office, coordinator: Caller, sink: MailSink) -> None:
    home = await lost(office)
    message = await office.newest(home)
    answer = await coordinator.post(f"/messages/{message.id}/resend")
    assert answer.json() == {"id": str(message.id), "state": "planned"}
    await office.send()
    assert len(sink.messages(home.email)) == 1
    again = await coordinator.post(f"/messages/{message.id}/resend")
    assert (again.status_code, again.json()["slug"]) == (409, "message_not_open")


async def test_a_person_may_confirm_that_the_family_was_told(office: Office, coordinator: Caller) -> None:
    home = await lost(office)
    message = await office.newest(home)
    answer = await coordinator.post(f"/messages/{message.id}/confirm", json={"channel": "phone"})
    assert answer.json()["state"] == "sent"
    (fact,) = await office.app.published()
    assert isinstance(fact, MessageSent)
    assert fact.channel == "phone"
    assert (await coordinator.post(f"/messages/{message.id}/confirm", json={"channel": "owl"})).status_code == 422


async def test_a_second_click_changes_nothing(office: Office, coordinator: Caller) -> None:
    home = await lost(office)
    path = f"/messages/{(await office.newest(home)).id}/confirm"
    headers = {"Idempotency-Key": str(uuid4())}
    first = await coordinator.post(path, json={"channel": "post"}, headers=headers)
    second = await coordinator.post(path, json={"channel": "post"}, headers=headers)
    assert first.json() == second.json()
    assert len(await office.app.published()) == 1


@pytest.mark.parametrize("role", ["family", "specialist", "manager", "host", "operator"])
async def test_nobody_else_decides_about_a_message(office: Office, role: str) -> None:
    home = await lost(office)
    caller = await office.app.as_role(role, organisation_ids=[CENTRE], child_ids=[home.child_id])
    message = await office.newest(home)
    for verb, body in (("resend", None), ("confirm", {"channel": "phone"})):
        assert (await caller.post(f"/messages/{message.id}/{verb}", json=body)).status_code == 403


async def test_an_erased_person_s_letter_cannot_be_read_any_more(office: Office, coordinator: Caller) -> None:
    home = await office.acquainted()
    for runtime in (office.app.api, office.app.worker):
        runtime.keys._cache.clear()
    bus, name = office.bus.jetstream(), f"$KV.keys.{home.representative.id}"
    await bus.publish(name, b"", headers={"KV-Operation": "PURGE"})
    card = (await coordinator.get(f"/messages/{(await office.newest(home)).id}")).json()
    assert (card["state"], card["text"], card["address"]) == ("sent", None, None)
