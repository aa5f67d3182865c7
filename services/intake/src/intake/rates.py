"""Rate limits that a deployment sets: counted per address, before a transaction opens."""

from __future__ import annotations

from chassis.http.door import TransactionalRoute, caller_of
from chassis.work import Runtime
from fastapi import Request


def limited_by(setting: str) -> type[TransactionalRoute]:
    """A route class whose limit is the named field of `intake.settings.IntakeSettings`."""

    class LimitedRoute(TransactionalRoute):
        async def count(self, request: Request, runtime: Runtime) -> None:
            await runtime.limiter.hit(getattr(runtime.settings, setting), setting, caller_of(request))

    return LimitedRoute
