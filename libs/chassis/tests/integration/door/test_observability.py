"""Traces, metrics and logs: joined to each other, and free of personal data."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
from chassis.http.health import health_routes
from chassis.telemetry import logs
from chassis.telemetry.tracing import start_tracing
from chassis.testing.canary import Canary
from chassis.testing.running import Running
from contracts.intake import OrganisationRegistered
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter


class Spans:
    def __init__(self, exporter: InMemorySpanExporter) -> None:
        self._exporter = exporter

    def __call__(self, start: str = "") -> list[ReadableSpan]:
        return [span for span in self._exporter.get_finished_spans() if span.name.startswith(start)]


@pytest.fixture
def spans() -> Iterator[Spans]:
    exporter = InMemorySpanExporter()
    start_tracing("tests", None, record=True).add_span_processor(SimpleSpanProcessor(exporter))
    yield Spans(exporter)
    exporter.shutdown()


def trace_of(span: ReadableSpan) -> int:
    assert span.context
    return int(span.context.trace_id)


async def taken(app: Running, new_application: Any) -> httpx.Response:
    operator = uuid4()
    made = await new_application(app, organisation_id=operator)
    caller = await app.as_role("coordinator", organisation_ids=[operator])
    return await caller.post(f"/applications/{made.id}/take?secret=1", json={})


async def test_a_request_is_one_trace_down_to_its_sql(app: Running, new_application: Any, spans: Spans) -> None:
    await taken(app, new_application)
    (server,) = spans("POST")
    assert server.name == "POST /applications/{id}/take"
    mine = [span for span in spans("SQL") if trace_of(span) == trace_of(server)]
    statements = " ".join(str((span.attributes or {})["db.statement"]) for span in mine)
    assert "UPDATE applications" in statements
    assert "INSERT INTO outbox" in statements


async def test_no_send_and_receive_spans(app: Running, spans: Spans) -> None:
    await app.client().get("/applications/stream")
    assert not [span.name for span in spans() if "http send" in span.name or "http receive" in span.name]


async def test_spans_hold_neither_ids_of_the_path_nor_the_query(
    app: Running, new_application: Any, spans: Spans
) -> None:
    await taken(app, new_application)
    (server,) = spans("POST")
    told = json.dumps(dict(server.attributes or {}), default=str)
    assert "secret" not in told
    assert "127.0.0.1" not in told
    assert "/applications/{id}/take" in told


async def test_the_event_carries_the_trace_to_its_consumer(app: Running, new_application: Any, spans: Spans) -> None:
    await taken(app, new_application)
    ((_, envelope),) = await app.outbox()
    assert envelope.traceparent
    (server,) = spans("POST")
    assert envelope.traceparent.split("-")[1] == f"{trace_of(server):032x}"
    registered = OrganisationRegistered(
        organisation_id=uuid4(), code="east", region="smolensk", territory="gagarin", roles=frozenset({"operator"})
    )
    await app.deliver(registered, traceparent=envelope.traceparent)
    (handled,) = spans("handle intake.organisation.registered.v1")
    assert trace_of(handled) == trace_of(server)


async def test_a_problem_names_its_trace(app: Running, spans: Spans) -> None:
    answer = await app.client().post("/applications/broken?how=crash")
    (server,) = spans("POST")
    assert answer.json()["trace_id"] == f"{trace_of(server):032x}"


async def test_logs_and_spans_say_nothing_of_people(app: Running, canary: Canary) -> None:
    sent = {"id": str(uuid4()), "number": canary.mark, "note": canary.text}
    for _ in range(2):
        await app.client().post(f"/applications?name={canary.email}", json=sent)
    await app.client().post("/applications", json={"id": canary.name, "number": canary.text})
    await app.client().get(f"/applications/{canary.mark}")
    await app.client(app.issuer.token(canary.email)).get("/applications")
    await app.client().post("/applications/broken?how=crash", headers={"User-Agent": canary.mark})
    assert len(canary.lines) >= 7


async def test_a_canary_that_sings_is_heard(canary: Canary) -> None:
    logging.getLogger("test").info("name %s", canary.name)
    with pytest.raises(AssertionError, match="personal data"):
        canary.check()
    canary.lines.clear()


async def test_requests_are_measured_by_template_and_status(app: Running, new_application: Any) -> None:
    await taken(app, new_application)
    text = (await app.metrics.render()).decode()
    labels = 'method="POST",route="/applications/{id}/take",service="intake",status="200"'
    assert f"http_request_seconds_count{{{labels}}} 1.0" in text


async def test_a_failing_probe_leaves_its_gauge_out(app: Running) -> None:
    async def fine() -> dict[tuple[str, ...], float]:
        return {("a",): 7.0}

    async def broken() -> dict[tuple[str, ...], float]:
        raise OSError

    app.metrics.gauge("fine", "works", ("which",), fine)
    app.metrics.gauge("broken", "does not", (), broken)
    text = (await app.metrics.render()).decode()
    assert 'fine{service="intake",which="a"} 7.0' in text
    assert "broken{" not in text


async def test_readiness_names_the_part_that_fails(app: Running) -> None:
    async def yes() -> bool:
        return True

    async def no() -> bool:
        raise OSError

    app.app.router.routes.extend(health_routes({"database": yes, "nats": no}, app.metrics))
    client = app.client()
    assert (await client.get("/livez")).status_code == 200
    answer = await client.get("/readyz")
    assert (answer.status_code, answer.json()["parts"]) == (503, {"database": True, "nats": False})


def test_log_lines_are_json_with_trace_and_without_the_words_of_errors(capsys: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        logs.configure("intake")
        with start_tracing("tests", None, record=True).get_tracer("t").start_as_current_span("s"):
            try:
                raise ValueError("Иванова, 7 лет")
            except ValueError:
                logs.log.exception("failed", code=7)
            logging.getLogger("library").warning("from %s", "a library")
    finally:
        root.handlers, root.level = handlers, level
    ours, theirs = (json.loads(line) for line in capsys.readouterr().err.splitlines())
    assert (ours["service"], ours["event"], ours["code"], ours["level"]) == ("intake", "failed", 7, "error")
    assert len(ours["trace_id"]) == 32
    assert "ValueError" in ours["error"]
    assert "Иванова" not in json.dumps(ours, ensure_ascii=False)
    assert theirs["event"] == "from a library"
