"""``/livez``, ``/readyz`` and ``/metrics``: for the platform, not for people; the gateway does not pass them on."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from chassis.telemetry.metrics import Metrics

CHECK_SECONDS = 2.0
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

Check = Callable[[], Awaitable[bool]]
"""Whether a part we depend on works now; an exception means it does not."""


def health_routes(checks: Mapping[str, Check], metrics: Metrics) -> list[Route]:
    """The three routes. Live: the event loop turns. Ready: every check passes within `CHECK_SECONDS`."""

    async def livez(_request: Request) -> Response:
        return JSONResponse({"status": "live"})

    async def readyz(_request: Request) -> Response:
        results = await asyncio.gather(*(_passes(check) for check in checks.values()))
        parts = dict(zip(checks, results, strict=True))
        ready = all(results)
        return JSONResponse({"status": "ready" if ready else "not ready", "parts": parts}, 200 if ready else 503)

    async def metrics_text(_request: Request) -> Response:
        return Response(await metrics.render(), media_type=CONTENT_TYPE)

    return [Route("/livez", livez), Route("/readyz", readyz), Route("/metrics", metrics_text)]


async def _passes(check: Check) -> bool:
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            return await check()
    except Exception:
        return False
