"""Due times in the service's own database: fired with their effect in one transaction; a restart loses none."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, bindparam, text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.clock import new_id
from chassis.data.context import Cause

DDL: tuple[str, ...] = (
    """
CREATE TABLE timers (
  id uuid PRIMARY KEY, kind text NOT NULL, subject_id uuid NOT NULL,
  due_at timestamptz NOT NULL, payload jsonb NOT NULL DEFAULT '{}',
  correlation_id uuid NOT NULL, causation_id uuid,
  attempts integer NOT NULL DEFAULT 0, retry_at timestamptz, failure text,
  fired_at timestamptz, cancelled_at timestamptz
)""",
    "CREATE UNIQUE INDEX timers_pending ON timers (kind, subject_id) WHERE fired_at IS NULL AND cancelled_at IS NULL",
    "CREATE INDEX timers_due ON timers (coalesce(retry_at, due_at)) WHERE fired_at IS NULL AND cancelled_at IS NULL",
)
_SET = text("""
INSERT INTO timers (id, kind, subject_id, due_at, payload, correlation_id, causation_id)
VALUES (:id, :kind, :subject_id, :due_at, :payload, :correlation_id, :causation_id)
ON CONFLICT (kind, subject_id) WHERE fired_at IS NULL AND cancelled_at IS NULL
DO UPDATE SET id = excluded.id, due_at = excluded.due_at, payload = excluded.payload, attempts = 0, retry_at = NULL,
  failure = NULL, correlation_id = excluded.correlation_id, causation_id = excluded.causation_id
""").bindparams(bindparam("payload", type_=JSON()))
_CANCEL = text("""
UPDATE timers SET cancelled_at = :now
WHERE kind = :kind AND subject_id = :subject_id AND fired_at IS NULL AND cancelled_at IS NULL
""")


class Timers:
    """The timers of a command, ``unit.timers``; changes take effect with the command's commit."""

    def __init__(self, session: AsyncSession, now: datetime, cause: Cause) -> None:
        self._session, self._now, self._cause = session, now, cause

    async def set(self, kind: str, subject_id: UUID, due_at: datetime, payload: dict[str, Any] | None = None) -> UUID:
        """Fire ``kind`` for ``subject_id`` at ``due_at``, in place of a pending timer of the same kind and subject."""
        timer_id = new_id()
        values = {"id": timer_id, "kind": kind, "subject_id": subject_id, "due_at": due_at, "payload": payload or {}}
        causes = {"correlation_id": self._cause.correlation_id, "causation_id": self._cause.causation_id}
        await self._session.execute(_SET, values | causes)
        return timer_id

    async def cancel(self, kind: str, subject_id: UUID) -> None:
        """Drop the pending timer of this kind and subject; harmless when there is none."""
        await self._session.execute(_CANCEL, {"kind": kind, "subject_id": subject_id, "now": self._now})
