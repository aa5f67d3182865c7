"""The unit of work a command gets: one transaction, one actor, one moment."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from sqlalchemy import inspect, select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.access.policy import Policy
from chassis.access.tokens import Principal
from chassis.aggregate import Aggregate
from chassis.clock import Clock
from chassis.errors import DomainError, Kind, forbidden, not_found
from chassis.privacy.audit import ReadAudit
from chassis.privacy.blobs import BlobStore
from chassis.privacy.keyring import Keyring
from chassis.regions import Packs, Region
from chassis.settings import ServiceSettings
from chassis.work.timers import Timers

A = TypeVar("A")


@dataclass(slots=True, kw_only=True)
class Unit:
    """One unit of work, opened and committed by the chassis at the edge. Commands and queries receive it."""

    session: AsyncSession
    clock: Clock
    now: datetime
    """Frozen when the transaction opened, aware, UTC."""
    actor: Principal
    correlation_id: UUID
    causation_id: UUID | None = None
    timers: Timers
    audit: ReadAudit
    keys: Keyring
    blobs: BlobStore
    regions: Mapping[str, Region]
    packs: Packs
    settings: ServiceSettings
    policy: Policy
    ids: Callable[[], UUID]
    writes: bool = True
    """False in a GET: nothing is locked then."""
    if_match: int | None = None
    """The version named by the request's If-Match header."""
    if_match_asked: bool = False
    """Whether a command has compared it with the object the request is about."""

    def new_id(self) -> UUID:
        """A new UUIDv7."""
        return self.ids()

    async def find(
        self, model: type[A], id: UUID, permission: str, *, version: int | None = None, under: bool = False
    ) -> A | None:
        """Like `get`, but None where the actor may not see the object."""
        found = await self._visible(model, id)
        if found is not None:
            self.policy.require(self.actor, permission, found)
            if under or version is not None:
                self.require_version(found, version)
        return found

    async def get(
        self, model: type[A], id: UUID, permission: str, *, version: int | None = None, under: bool = False
    ) -> A:
        """The aggregate, under a row lock when the unit writes.

        Args:
            permission: ``resource:action``, such as ``application:take``.
            version: what the caller last saw, where the command's body says it.
            under: the request is about this object: compare its version (``version``, else If-Match).

        Raises:
            DomainError: 404 when it is not visible to the actor, 403 when it is but the actor's relation does not
                allow the action, 409 ``stale_version`` when somebody else was faster.
        """
        found = await self.find(model, id, permission, version=version, under=under)
        if found is None:
            raise not_found()
        return found

    async def _visible(self, model: type[A], id: UUID) -> A | None:
        (key,) = inspect(model).primary_key
        statement = select(model).where(key == id)
        if not self.writes:
            return await self.session.scalar(statement)
        locked = await self.session.scalar(statement.with_for_update().execution_options(populate_existing=True))
        if locked is None and await self.session.scalar(select(key).where(key == id)) is not None:
            # row security lets the actor read the row but not change it
            raise forbidden()
        return locked

    def require_version(self, found: object, version: int | None = None) -> None:
        """Compare the object the request is about with what the caller last saw: ``version``, else If-Match.

        Raises:
            DomainError: 409 ``stale_version``; 422 ``without_versions`` for a record that has none.
        """
        self.if_match_asked = True
        expected = version if version is not None else self.if_match
        if expected is None:
            return
        if not isinstance(found, Aggregate):
            raise without_versions()
        found.check_version(expected)


def without_versions() -> DomainError:
    """If-Match was sent for something that has no versions."""
    return DomainError(
        "without_versions",
        Kind.INVALID,
        ru="У этой записи нет версий; повторите без If-Match.",
        en="This record has no versions; repeat without If-Match.",
        field="If-Match",
        rule="without_versions",
    )
