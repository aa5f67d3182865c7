"""The canary: name, address and phone of a family come out in its letter and nowhere else."""

from __future__ import annotations

import pytest
from chassis.testing.canary import Canary
from embedded import MailSink
from notifications.messages import background
from notifications.testing import CENTRE, Office, local
from sqlalchemy import text


async def test_no_personal_data_in_logs_spans_metrics_events_or_plain_rows(
    office: Office, sink: MailSink, canary: Canary
) -> None:
    home = await office.acquainted(name=canary.name, email=canary.email, phone=f"+7{canary.mark}")
    await office.app.deliver(home.booked(local(10, 12)))
    office.app.clock.set(local(9, 12))
    await office.app.fire_timers()
    await office.send()
    assert canary.mark in sink.messages(canary.email)[-1].text
    coordinator = await office.app.as_role("coordinator", organisation_ids=[CENTRE])
    lines, items = await coordinator.get("/messages"), await coordinator.get("/worklist")
    async with office.app.unit() as unit:
        rows = [
            str(row)
            for table in ("messages", "families", "escalations", "timers", "outbox", "consumer_attempts")
            for row in (await unit.session.execute(text(f"SELECT to_jsonb(t) FROM {table} t"))).all()
        ]
    canary.check(*rows, lines.text, items.text)
    assert lines.json()["items"]


async def test_a_failing_letter_does_not_quote_the_family(
    office: Office, canary: Canary, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def failing(*_: object) -> None:
        raise ValueError(canary.text, canary.email)

    monkeypatch.setattr(background, "write_letter", failing)
    await office.acquainted(name=canary.name, email=canary.email)
    monkeypatch.undo()
    refused = await office.acquainted(name=f"{canary.name}\r\nBcc: {canary.email}", email=canary.email)
    canary.check((await office.newest(refused)).reason_code or "")
