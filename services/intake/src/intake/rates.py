"""Rate limits that a deployment sets: counted per address, before a transaction opens."""

from __future__ import annotations

from chassis.http import Handler, TransactionalRoute
from fastapi import Request, Response


def limited_by(setting: str) -> type[TransactionalRoute]:
    """A route class whose limit is the named field of `intake.settings.IntakeSettings`."""

    class LimitedRoute(TransactionalRoute):
        def get_route_handler(self) -> Handler:
            handle = super().get_route_handler()

            async def limited(request: Request) -> Response:
                runtime = request.app.state.runtime
                address = request.client.host if request.client else ""
                await runtime.limiter.hit(getattr(runtime.settings, setting), setting, address)
                return await handle(request)

            return limited

    return LimitedRoute
