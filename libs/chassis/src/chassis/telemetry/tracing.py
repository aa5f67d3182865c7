"""Traces. Names are templates and codes: no id and no personal data stands in a span."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

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
from sqlalchemy import Connection, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.ext.asyncio import AsyncEngine

QUIET_PATHS = "livez,readyz,metrics"


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
