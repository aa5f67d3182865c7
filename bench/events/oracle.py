"""Checks every effect: exactly once, and in order within its job. A fast path that is wrong does not count."""

from __future__ import annotations

from bench.events.servers import World

_CHECK = """
SELECT count(*) AS effects, count(DISTINCT (job_id, sequence)) AS facts,
  count(*) FILTER (WHERE sequence <> expected) AS misplaced
FROM (SELECT job_id, sequence, row_number() OVER (PARTITION BY job_id ORDER BY place) AS expected
      FROM effects WHERE place > $1) AS e
"""


async def last_place(world: World, database: str) -> int:
    """Where the next round's effects begin."""
    async with world.reading(database) as connection:
        return int(await connection.fetchval("SELECT coalesce(max(place), 0) FROM effects"))


async def complaints(world: World, database: str, after: int, wanted: int) -> str:
    """What is wrong with the effects of a round, in words; empty when nothing is."""
    async with world.reading(database) as connection:
        row = await connection.fetchrow(_CHECK, after)
    reasons = {
        f"{wanted - row['facts']} lost": row["facts"] < wanted,
        f"{row['effects'] - row['facts']} doubled": row["effects"] > row["facts"],
        f"{row['misplaced']} out of order": row["misplaced"] > 0,
    }
    return ", ".join(reason for reason, holds in reasons.items() if holds)
