"""An aggregate decides and records facts; its one counter is both optimistic lock and event sequence."""

from __future__ import annotations

from itertools import count
from typing import Any, NamedTuple
from uuid import UUID

from contracts.event import Event
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from chassis.errors import stale_version

_moment = count()


class Recorded(NamedTuple):
    """A fact waiting for the outbox. ``moment`` orders the facts of several aggregates of one transaction."""

    moment: int
    event: Event
    aggregate_id: UUID
    sequence: int


class Aggregate:
    """Mixin for declarative classes: ``class CaseFile(Aggregate, Base)``.

    ``version`` is the number of facts recorded so far, so the first fact has sequence 1. A concurrent change of the
    same row fails the flush with ``StaleDataError``: 409 ``stale_version`` at the HTTP door, a retry at the event door.
    """

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=0)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:  # noqa: N805
        return {"version_id_col": cls.version, "version_id_generator": False}

    def record(self, event: Event) -> None:
        """Raise the version by one and keep the fact for the outbox; the change of version makes the row dirty."""
        self.version = (self.version or 0) + 1
        # A loaded object never ran __init__, so the list appears with the first fact.
        self.__dict__.setdefault("_recorded", []).append((next(_moment), event, self.version))

    def take_recorded(self) -> list[Recorded]:
        """Hand the waiting facts over; the chassis calls this when the session flushes."""
        recorded = self.__dict__.pop("_recorded", ())
        return [Recorded(moment, event, self.id, sequence) for moment, event, sequence in recorded]

    def check_version(self, expected: int | None) -> None:
        """Refuse with 409 ``stale_version`` when the caller saw another version than the present one."""
        if expected is not None and expected != self.version:
            raise stale_version()
