"""This service's replica of intake's directory, which says who may do what, and the feed's sign of life.

Authority is ours, not the token's: a change reaches every service as an event and acts within the consumer's lag.
A service that has lost the bus no longer knows who was dismissed, so it refuses writes of signed-in people.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

import structlog
from contracts.access import Role
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from chassis.access.tokens import ANONYMOUS, Principal, token_digest

log = structlog.get_logger(__name__)

FEED_LOST_AFTER_SECONDS = 30
BEAT_SECONDS = 5

DDL: tuple[str, ...] = (
    """
CREATE TABLE authorities (
  principal_id uuid PRIMARY KEY, subject_digest text NOT NULL, roles text[] NOT NULL,
  organisation_ids uuid[] NOT NULL, regions text[] NOT NULL, territories text[] NOT NULL, child_ids uuid[] NOT NULL,
  specialist_id uuid, active boolean NOT NULL, sequence bigint NOT NULL, changed_at timestamptz NOT NULL
)""",
    "CREATE INDEX authorities_subject_digest ON authorities (subject_digest)",
    "CREATE TABLE authority_feed (id smallint PRIMARY KEY CHECK (id = 1), beat_at timestamptz NOT NULL)",
)

_APPLY = text("""
INSERT INTO authorities (principal_id, subject_digest, roles, organisation_ids, regions, territories, child_ids,
                         specialist_id, active, sequence, changed_at)
VALUES (:principal_id, :subject_digest, :roles, :organisation_ids, :regions, :territories, :child_ids,
        :specialist_id, :active,
        coalesce(CAST(:sequence AS bigint),
                 (SELECT a.sequence + 1 FROM authorities a WHERE a.principal_id = :principal_id), 1), :changed_at)
ON CONFLICT (principal_id) DO UPDATE SET
  subject_digest = EXCLUDED.subject_digest, roles = EXCLUDED.roles, organisation_ids = EXCLUDED.organisation_ids,
  regions = EXCLUDED.regions, territories = EXCLUDED.territories, child_ids = EXCLUDED.child_ids,
  specialist_id = EXCLUDED.specialist_id, active = EXCLUDED.active, sequence = EXCLUDED.sequence,
  changed_at = EXCLUDED.changed_at
WHERE authorities.sequence < EXCLUDED.sequence
""")
_BEAT = text("""
INSERT INTO authority_feed (id, beat_at) VALUES (1, clock_timestamp())
ON CONFLICT (id) DO UPDATE SET beat_at = EXCLUDED.beat_at
""")
_NEVER_LOST = text("""
INSERT INTO authority_feed (id, beat_at) VALUES (1, 'infinity') ON CONFLICT (id) DO UPDATE SET beat_at = 'infinity'
""")
# the database's own time on both sides, so that no two clocks have to agree
_ALIVE = text("SELECT beat_at > clock_timestamp() - make_interval(secs => :seconds) FROM authority_feed WHERE id = 1")
# one trip on the way of every request
_LOOK_UP = text("""
SELECT known.*, coalesce(
  (SELECT beat_at > clock_timestamp() - make_interval(secs => :seconds) FROM authority_feed WHERE id = 1), false
) AS feed_alive
FROM (SELECT) AS always LEFT JOIN (
  SELECT * FROM authorities WHERE subject_digest = :digest ORDER BY active DESC, changed_at DESC LIMIT 1
) AS known ON true
""")


async def authority_row(
    session: AsyncSession, principal: Principal, *, active: bool, changed_at: datetime, sequence: int | None = None
) -> None:
    """Enter the present state of a principal. Without a ``sequence`` the state replaces any other."""
    row = {
        "principal_id": principal.id,
        "subject_digest": principal.subject_digest,
        "roles": sorted(map(str, principal.roles)),
        "organisation_ids": sorted(principal.organisation_ids),
        "regions": sorted(principal.regions),
        "territories": sorted(principal.territories),
        "child_ids": sorted(principal.child_ids),
        "specialist_id": principal.specialist_id,
    }
    await session.execute(_APPLY, {**row, "active": active, "changed_at": changed_at, "sequence": sequence})


class Standing(NamedTuple):
    """A principal as the replica has it; without a live feed the principal's rights may have changed since."""

    principal: Principal
    feed_alive: bool


class AuthorityReplica:
    """Reads the replica. The replica is not under row security: the context of row security is made from it."""

    def __init__(self, engine: AsyncEngine) -> None:
        # single statements on the way of every request: no BEGIN and ROLLBACK around them
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")

    async def look_up(self, digest: str | None, status_token: str | None = None) -> Standing:
        """The principal behind a token's subject digest, and whether the feed of changes is alive.

        None is the public; a valid token the directory does not know is a bare ``account``; a dismissed person has
        no role at all. ``status_token``: the token of a record, whose holder may do what the public may with it.
        """
        found = await self._known(digest) if digest else Standing(ANONYMOUS, feed_alive=True)
        if not status_token:
            return found
        return found._replace(principal=replace(found.principal, token_digest=token_digest(status_token)))

    async def alive(self) -> bool:
        """Whether the feed of changes has shown life within `FEED_LOST_AFTER_SECONDS`."""
        async with self._engine.connect() as connection:
            return bool(await connection.scalar(_ALIVE, {"seconds": FEED_LOST_AFTER_SECONDS}))

    async def beat(self) -> None:
        """Note that the feed is alive; called by the worker that has just seen it."""
        async with self._engine.begin() as connection:
            await connection.execute(_BEAT)

    async def never_lost(self) -> None:
        """For tests and tools without a bus: the feed counts as alive for ever."""
        async with self._engine.begin() as connection:
            await connection.execute(_NEVER_LOST)

    async def _known(self, digest: str) -> Standing:
        async with self._engine.connect() as connection:
            values = {"digest": digest, "seconds": FEED_LOST_AFTER_SECONDS}
            row = (await connection.execute(_LOOK_UP, values)).one()
        if row.principal_id is None:
            unknown = Principal(roles=frozenset({Role.ACCOUNT}), subject_digest=digest)
            return Standing(unknown, row.feed_alive)
        known = _principal(row) if row.active else Principal(id=row.principal_id, subject_digest=digest)
        return Standing(known, row.feed_alive)


def _principal(row: Row[Any]) -> Principal:
    return Principal(
        id=row.principal_id,
        roles=frozenset(map(Role, row.roles)),
        organisation_ids=frozenset(row.organisation_ids),
        regions=frozenset(row.regions),
        territories=frozenset(row.territories),
        child_ids=frozenset(row.child_ids),
        specialist_id=row.specialist_id,
        subject_digest=row.subject_digest,
    )
