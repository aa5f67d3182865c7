"""Numbers of the journal: per organisation and year, without gaps."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_NEXT = text("""
INSERT INTO journal_counters AS c (organisation_id, year, last) VALUES (:organisation, :year, 1)
ON CONFLICT (organisation_id, year) DO UPDATE SET last = c.last + 1 RETURNING last
""")


async def next_number(session: AsyncSession, organisation_id: UUID, year: int) -> int:
    """The next number of the journal. Others wait for this commit: ask for it last."""
    number = await session.scalar(_NEXT, {"organisation": organisation_id, "year": year})
    assert isinstance(number, int)
    return number
