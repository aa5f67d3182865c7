"""Numbers of applications: per region and year, without gaps."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from intake.tables import Base


class NumberCounter(Base):
    """The last number given; its row is locked until the commit, so a rolled-back number is given again."""

    __tablename__ = "number_counters"

    region: Mapped[str] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[int]


_NEXT = text("""
INSERT INTO number_counters AS c (region, year, last) VALUES (:region, :year, 1)
ON CONFLICT (region, year) DO UPDATE SET last = c.last + 1 RETURNING last
""")


async def next_number(session: AsyncSession, region: str, prefix: str, now: datetime, zone: ZoneInfo) -> str:
    """The next number, such as ``РП-2026-000123``. Others of the region wait for this commit: ask for it last."""
    year = now.astimezone(zone).year
    last = await session.scalar(_NEXT, {"region": region, "year": year})
    return f"{prefix}-{year}-{last:06d}"
