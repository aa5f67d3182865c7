"""What row security is told in mid-transaction: a token just given, an account just recognised."""

from __future__ import annotations

from uuid import UUID

from chassis.data.context import NO_TOKEN
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_HOLD_TOKEN = text("SELECT set_config('app.token', :digest, true)")


_ACT_AS = text("SELECT set_config('app.principal', :principal, true)")


async def hold_token(session: AsyncSession, digest: str) -> None:
    """Whoever files an application holds its token from its first row on."""
    await session.execute(_HOLD_TOKEN, {"digest": digest})


async def drop_token(session: AsyncSession) -> None:
    """Lists show what people may see by who they are; a token opens its own page only."""
    await hold_token(session, NO_TOKEN)


async def act_as(session: AsyncSession, principal_id: UUID) -> None:
    """A signed-in person acts as his or her own account before the directory's event has come round."""
    await session.execute(_ACT_AS, {"principal": str(principal_id)})
