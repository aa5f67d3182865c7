"""What the worker does with the packs when it starts."""

from __future__ import annotations

from chassis.work import Runtime
from sqlalchemy import text

from intake.directory.commands.keep_staff import load_directory
from intake.directory.pack import DirectoryPack

_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtext('intake.load_directory'))")


async def load_directories(runtime: Runtime) -> None:
    """Bring the directory in line with every pack; ends by itself, changes nothing the second time."""
    packs = runtime.packs.all(DirectoryPack)
    for name, content in packs.items():
        async with runtime.transaction() as unit:
            await unit.session.execute(_ONE_AT_A_TIME)
            await load_directory(name, content, runtime.regions.get(name), runtime.settings.oidc_issuer, unit)
