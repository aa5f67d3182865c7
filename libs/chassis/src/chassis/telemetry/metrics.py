"""Metrics. Labels are templates and codes: no id and no personal data stands in a metric."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from time import perf_counter

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2.5, 5, 10)

Probe = Callable[[], Awaitable[dict[tuple[str, ...], float]]]
"""Reads one gauge when metrics are scraped: label values → value."""


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
