"""Logs: one JSON object per line on standard error, joined to traces, without personal data.

What is logged are event names and codes. Bodies, queries, headers and exception texts that may quote values are not.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog
from opentelemetry import trace
from starlette.types import ASGIApp, Receive, Scope, Send
from structlog.typing import EventDict, Processor, WrappedLogger

from chassis.failures import describe
from chassis.telemetry.metrics import observed, route_template
from chassis.telemetry.tracing import QUIET_PATHS

_NOISY = ("uvicorn.access", "httpx", "httpcore", "nats", "asyncio")
log = structlog.get_logger(__name__)


def configure(service: str, level: str = "INFO") -> None:
    """Send structlog and the standard library's logging to standard error as JSON. Repeatable."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _trace_ids,
        _exception_without_values,
    ]
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.ExtraAdder(allow=[]), *shared],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _named(service),
                structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for name in _NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)


class AccessLog:
    """ASGI middleware: one line per request with the route template; no path ids, query, address or agent."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].strip("/") in QUIET_PATHS.split(","):
            await self._app(scope, receive, send)
            return

        def tell(status: int, seconds: float) -> None:
            log.info(
                "request",
                method=scope["method"],
                route=route_template(scope),
                status=status,
                ms=round(seconds * 1000, 1),
                correlation_id=str(scope.get("state", {}).get("correlation_id", "")),
            )

        await observed(self._app, scope, receive, send, tell)


def _trace_ids(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    context = trace.get_current_span().get_span_context()
    if context.is_valid:
        event["trace_id"] = format(context.trace_id, "032x")
        event["span_id"] = format(context.span_id, "016x")
    return event


def _exception_without_values(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Type, rule and place of an exception; its words may quote a person's data."""
    info = event.pop("exc_info", None)
    if info is True:
        info = sys.exc_info()
    error = info[1] if isinstance(info, tuple) else info
    if isinstance(error, BaseException):
        event["error"] = describe(error)
    return event


def _named(service: str) -> Any:
    def add(_logger: WrappedLogger, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        return {"service": service, **event}

    return add
