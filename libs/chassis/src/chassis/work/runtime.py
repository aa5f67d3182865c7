"""The runtime of one process of a service, which opens units of work."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from uuid import UUID

import httpx
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.access import limits
from chassis.access.authority import AuthorityReplica
from chassis.access.policy import Policy
from chassis.access.tokens import SYSTEM, Principal, TokenVerifier
from chassis.clock import Clock, SystemClock, new_id
from chassis.data.context import AccessContext, Cause
from chassis.data.database import Database
from chassis.data.idempotency import response_key
from chassis.privacy.audit import ReadAudit
from chassis.privacy.blobs import BlobBucket
from chassis.privacy.keyring import KeySource
from chassis.regions import Packs, Region
from chassis.settings import ServiceSettings
from chassis.telemetry.tracing import trace_sql
from chassis.work.timers import Timers
from chassis.work.unit import Unit


@dataclass(kw_only=True)
class Runtime:
    """One process and one database role. `service.py` builds it; doors and background tasks open units with it."""

    name: str
    settings: ServiceSettings
    database: Database
    policy: Policy
    keys: KeySource
    blobs: BlobBucket
    regions: Mapping[str, Region] = field(default_factory=dict)
    packs: Packs = field(default_factory=lambda: Packs(Path()))
    clock: Clock = field(default_factory=SystemClock)
    ids: Callable[[], UUID] = new_id
    tokens_over: httpx.AsyncBaseTransport | None = None
    """How the issuer is reached; the network where it is None."""

    def __post_init__(self) -> None:
        trace_sql(self.database.engine)

    @cached_property
    def verifier(self) -> TokenVerifier:
        """Validates access tokens."""
        return TokenVerifier(self.settings, self.tokens_over)

    @cached_property
    def authority(self) -> AuthorityReplica:
        """The replica of intake's directory: who may do what."""
        return AuthorityReplica(self.database.engine)

    @cached_property
    def limiter(self) -> limits.RateLimiter:
        """Counts calls of rate-limited routes."""
        return limits.RateLimiter(
            self.response_key, limits.storage(self.settings.rate_limit_storage, self.database.engine)
        )

    @cached_property
    def response_key(self) -> bytes:
        """Seals stored answers and keys the digests of callers."""
        return response_key(self.settings.key_encryption_key)

    def unit(self, session: AsyncSession, cause: Cause, actor: Principal = SYSTEM) -> Unit:
        """A unit of work on an open transaction; the caller commits."""
        now = self.clock.now()
        keys = self.keys.of(session, now)
        return Unit(
            session=session,
            clock=self.clock,
            now=now,
            actor=actor,
            correlation_id=cause.correlation_id,
            causation_id=cause.causation_id,
            timers=Timers(session, now, cause),
            audit=ReadAudit(session, actor, cause.correlation_id, now),
            keys=keys,
            blobs=self.blobs.of(session, keys, now, self.ids),
            regions=self.regions,
            packs=self.packs,
            settings=self.settings,
            policy=self.policy,
            ids=self.ids,
        )

    @asynccontextmanager
    async def transaction(self, actor: Principal = SYSTEM, cause: Cause | None = None) -> AsyncIterator[Unit]:
        """A unit of work in its own transaction: committed at the end, rolled back by any exception."""
        cause = cause or Cause()
        async with self.database.transaction(access_context(actor), cause) as session:
            yield self.unit(session, cause, actor)


def access_context(actor: Principal) -> AccessContext:
    """The row-security context of an actor."""
    return AccessContext(
        principal_id=actor.id,
        roles=frozenset(map(str, actor.roles)),
        organisation_ids=actor.organisation_ids,
        territories=actor.territories,
        child_ids=actor.child_ids,
        token_digest=actor.token_digest,
    )
