"""Numbers of applications and referrals: per region and year, each used once and none lost.

A counter whose row stays locked until the commit would make the families of a region wait for one another. So numbers
are laid out in blocks, and whoever files takes the lowest that is free; what is rolled back lies there for the next.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

BLOCK = 50


_TAKE = text("""
UPDATE laid_out_numbers SET given = true WHERE region = :region AND year = :year AND number = (
  SELECT number FROM laid_out_numbers WHERE region = :region AND year = :year AND NOT given
  ORDER BY number LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING number
""")
_HOLD = text("""
INSERT INTO number_counters AS c (region, year, last) VALUES (:region, :year, 0)
ON CONFLICT (region, year) DO UPDATE SET last = c.last
""")
_LAY_OUT = text("""
WITH counter AS (
  UPDATE number_counters SET last = last + :block WHERE region = :region AND year = :year RETURNING last)
INSERT INTO laid_out_numbers (region, year, number)
SELECT :region, :year, generate_series(last - :block + 1, last) FROM counter
""")


async def next_number(session: AsyncSession, region: str, prefix: str, now: datetime, zone: ZoneInfo) -> str:
    """The lowest free number, such as ``РП-2026-000123``; nobody waits for another's commit but at a block's end."""
    year = now.astimezone(zone).year
    scope = {"region": region, "year": year}
    number = await session.scalar(_TAKE, scope)
    if number is None:
        # Held till the commit: who comes at the same moment finds the block laid out instead of laying out its own.
        await session.execute(_HOLD, scope)
        number = await session.scalar(_TAKE, scope)
    if number is None:
        await session.execute(_LAY_OUT, {**scope, "block": BLOCK})
        number = await session.scalar(_TAKE, scope)
    return f"{prefix}-{year}-{number:06d}"
