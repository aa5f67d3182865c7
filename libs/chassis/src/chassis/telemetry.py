"""Traces and metrics. Names and labels are templates and codes: no id and no personal data stands in either."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI
from opentelemetry import propagate, trace
from opentelemetry.instrumentation.asgi import OpenTelemetryMiddleware
from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ALWAYS_ON, ParentBased
from opentelemetry.trace import Span, SpanKind, StatusCode
from opentelemetry.util.http import parse_excluded_urls
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from sqlalchemy import Connection, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.types import ASGIApp, Message, Receive, Scope, Send

if TYPE_CHECKING:
    from chassis.unit import Unit

QUIET_PATHS = "livez,readyz,metrics"
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2.5, 5, 10)

Probe = Callable[[], Awaitable[dict[tuple[str, ...], float]]]
"""Reads one gauge when metrics are scraped: label values → value."""


@dataclass(frozen=True, slots=True)
class RoomGauge:
    """A number a room shows on ``/metrics``: what waits for a person, what is late.

    ``read`` runs in the worker's own transaction at every scrape and answers label values → number; labels are codes,
    never ids. Keep it to one indexed query.
    """

    name: str
    help: str
    labels: tuple[str, ...]
    read: Callable[[Unit], Awaitable[Mapping[tuple[str, ...], float]]]


def start_tracing(service: str, otlp_endpoint: str | None, *, record: bool = False) -> TracerProvider:
    """The one tracer provider of this process, made at the first call.

    Spans leave by OTLP/HTTP when there is an endpoint; without one they are not recorded (``record`` is for tests),
    but their ids still join logs and events.
    """
    current = trace.get_tracer_provider()
    if isinstance(current, TracerProvider):
        return current
    provider = TracerProvider(
        resource=Resource.create({"service.name": service}),
        sampler=ParentBased(ALWAYS_ON if record or otlp_endpoint else ALWAYS_OFF),
    )
    if otlp_endpoint:
        # half a second of imports nobody else needs
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

        exporter = OTLPSpanExporter(endpoint=f"{otlp_endpoint.rstrip('/')}/v1/traces")
        provider.add_span_processor(BatchSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    HTTPXClientInstrumentor().instrument(tracer_provider=provider)
    return provider


def trace_requests(app: FastAPI) -> None:
    """A server span per request, without the address of the caller, the query and the ids in the path.

    Not by the instrumentation made for FastAPI: it tries every route of the service to name the span before the router
    does the same. The route names it (`name_request`).
    """
    app.add_middleware(
        OpenTelemetryMiddleware,
        excluded_urls=parse_excluded_urls(QUIET_PATHS),
        default_span_details=lambda scope: (scope.get("method", "HTTP"), {}),
        server_request_hook=_forget_the_person,
        tracer_provider=trace.get_tracer_provider(),
        exclude_spans=["send", "receive"],
    )


def name_request(method: str, route: str) -> None:
    """Name the span of the running request by the template of its route, such as ``/applications/{id}``."""
    span = trace.get_current_span()
    if span.is_recording():
        span.update_name(f"{method} {route}")
        span.set_attribute("http.route", route)


_TELLTALE = (
    "http.target", "http.url", "http.user_agent", "net.peer.ip", "net.peer.port",
    "url.path", "url.query", "url.full", "client.address", "client.port", "user_agent.original",
)  # fmt: skip


def _forget_the_person(span: Span, _scope: dict[str, Any]) -> None:
    attributes = getattr(span, "attributes", None) or {}
    for name in _TELLTALE:
        if name in attributes:
            span.set_attribute(name, "")


class Metrics:
    """The Prometheus registry of one service. Hooks of other modules register gauges read at every scrape."""

    def __init__(self, service: str) -> None:
        self.registry = CollectorRegistry()
        self._service = service
        self.requests = Histogram(
            "http_request_seconds",
            "Duration of HTTP requests by route template",
            ["service", "method", "route", "status"],
            registry=self.registry,
            buckets=_SECONDS,
        )
        self.failures = Counter(
            "background_failures_total", "Failures of background tasks", ["service", "task"], registry=self.registry
        )
        self._probes: list[tuple[Gauge, Probe]] = []

    def gauge(self, name: str, help: str, labels: tuple[str, ...], probe: Probe) -> None:
        """Register a gauge whose values ``probe`` reads at scrape time."""
        self._probes.append((Gauge(name, help, ["service", *labels], registry=self.registry), probe))

    def observe_request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answered request."""
        self.requests.labels(self._service, method, route, str(status)).observe(seconds)

    def failed(self, task: str) -> None:
        """Count one failure of a background task."""
        self.failures.labels(self._service, task).inc()

    async def render(self) -> bytes:
        """The exposition text. A probe that fails leaves its gauge out: a stale number would look healthy."""
        for gauge, probe in self._probes:
            gauge.clear()
            try:
                values = await probe()
            except Exception:
                self.failed(f"metric:{gauge._name}")
                logging.getLogger(__name__).warning("metric probe failed", exc_info=True)
                continue
            for labels, value in values.items():
                gauge.labels(self._service, *labels).set(value)
        return generate_latest(self.registry)


class MeasuredRequests:
    """ASGI middleware: duration of every request by route template and status."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app, self._metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        def tell(status: int, seconds: float) -> None:
            self._metrics.observe_request(scope["method"], route_template(scope), status, seconds)

        await observed(self._app, scope, receive, send, tell)


async def observed(
    app: ASGIApp, scope: Scope, receive: Receive, send: Send, tell: Callable[[int, float], None]
) -> None:
    """Let the app answer; then tell the status it sent, 500 where it sent none, and the seconds that took."""
    started, status = perf_counter(), 500

    async def watched(message: Message) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
        await send(message)

    try:
        await app(scope, receive, watched)
    finally:
        tell(status, perf_counter() - started)


def route_template(scope: Scope) -> str:
    """The template of the route a request reached, such as ``/applications/{id}``; ``-`` where it reached none."""
    return str(getattr(scope.get("route"), "path_format", "-"))


@contextmanager
def continued(name: str, traceparent: str | None) -> Iterator[None]:
    """A span that goes on with the trace an event came in. ``name`` is a template or type, never an id."""
    parent = propagate.extract({"traceparent": traceparent} if traceparent else {})
    tracer = trace.get_tracer(__name__)
    with tracer.start_as_current_span(name, parent, SpanKind.CONSUMER, **_WITHOUT_WORDS) as span:
        try:
            yield
        except Exception as error:
            span.set_status(StatusCode.ERROR, type(error).__name__)
            raise


def trace_sql(engine: AsyncEngine) -> None:
    """A span per statement, with its text (values are always bound) and without the words of errors.

    Our own few listeners: the ready-made instrumentation refuses SQLAlchemy 2.1 and puts the server's error text,
    which quotes rows, into the span.
    """
    tracer = trace.get_tracer(__name__)

    def started(
        _connection: Connection, _cursor: object, statement: str, _values: object, context: Any, _many: bool
    ) -> None:
        around = trace.get_current_span().get_span_context()
        if around.is_valid and not around.trace_flags.sampled:
            return  # nobody will see it
        verb = statement.split(None, 1)[0].upper() if statement.strip() else "SQL"
        attributes = {"db.system": "postgresql", "db.statement": statement}
        context.span = tracer.start_span(f"SQL {verb}", kind=SpanKind.CLIENT, attributes=attributes)

    def ended(*arguments: Any) -> None:
        if (span := getattr(arguments[4], "span", None)) is not None:
            span.end()

    def failed(context: ExceptionContext) -> None:
        span = getattr(context.execution_context, "span", None)
        if span is not None:
            span.set_status(StatusCode.ERROR, type(context.original_exception).__name__)
            span.end()

    event.listen(engine.sync_engine, "before_cursor_execute", started)
    event.listen(engine.sync_engine, "after_cursor_execute", ended)
    event.listen(engine.sync_engine, "handle_error", failed)


# an exception's own words may quote a person's data
_WITHOUT_WORDS: Any = {"record_exception": False, "set_status_on_exception": False}
