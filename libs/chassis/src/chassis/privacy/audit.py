"""The read audit: one row per child and read, committed before the response leaves.

Rows hold ids and codes, never values. The API role only inserts; the worker chains (see `chassis.privacy.audit_chain`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from contracts.access import FieldGroup
from contracts.identifiers import Purpose
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.access.policy import acting_role
from chassis.access.tokens import Principal

NOBODY = UUID(int=0)
"""Stands for the public and for accounts the directory does not know."""

TABLES: tuple[str, ...] = (
    """CREATE TABLE read_audit (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at timestamptz NOT NULL,
  principal_id uuid NOT NULL,
  role text NOT NULL,
  organisation_id uuid,
  child_id uuid NOT NULL,
  resource text NOT NULL,
  subject_id uuid,
  field_groups text[] NOT NULL,
  purpose text NOT NULL,
  request_id uuid NOT NULL,
  result_count integer NOT NULL CHECK (result_count >= 0),
  position bigint,
  previous bytea,
  hash bytea,
  CHECK ((position IS NULL) = (hash IS NULL) AND (position IS NULL) = (previous IS NULL))
)""",
    "CREATE UNIQUE INDEX read_audit_position ON read_audit (position) WHERE position IS NOT NULL",
    "CREATE INDEX read_audit_waiting ON read_audit (id) WHERE position IS NULL",
    "CREATE INDEX read_audit_child ON read_audit (child_id, at DESC)",
    """CREATE TABLE audit_head (
  single boolean PRIMARY KEY DEFAULT true CHECK (single),
  position bigint NOT NULL, hash bytea NOT NULL, at timestamptz NOT NULL, anchors integer NOT NULL,
  signature bytea NOT NULL
)""",
    """CREATE TABLE audit_anchors (
  anchors integer PRIMARY KEY,
  position bigint NOT NULL, hash bytea NOT NULL, at timestamptz NOT NULL, signature bytea NOT NULL
)""",
    """CREATE FUNCTION read_audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.hash IS NULL AND NEW.hash IS NOT NULL
     AND to_jsonb(NEW) - '{position,previous,hash}'::text[] = to_jsonb(OLD) - '{position,previous,hash}'::text[] THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'read_audit is append-only';
END $$""",
    "CREATE TRIGGER read_audit_rows BEFORE UPDATE OR DELETE ON read_audit "
    "FOR EACH ROW EXECUTE FUNCTION read_audit_is_append_only()",
    "CREATE TRIGGER read_audit_whole BEFORE TRUNCATE ON read_audit EXECUTE FUNCTION read_audit_is_append_only()",
)
"""Tables of the read audit, for the first migration of every service."""


class ReadAudit:
    """The audit of one unit of work: rows stand in its transaction and share its fate."""

    def __init__(self, session: AsyncSession, actor: Principal, request_id: UUID, now: datetime) -> None:
        self._session, self._actor, self._request_id, self._now = session, actor, request_id, now

    async def read(
        self,
        resource: str,
        child_id: UUID,
        field_groups: Collection[FieldGroup],
        purpose: Purpose | str,
        *,
        subject_id: UUID | None = None,
        result_count: int = 1,
    ) -> None:
        """Record that fields of these groups about this child are about to be shown.

        ``subject_id``: the record read, where it is not the child. ``result_count``: how many records were shown.
        """
        await self.listed(resource, [(child_id, subject_id)], field_groups, purpose, result_count=result_count)

    async def listed(
        self,
        resource: str,
        shown: Iterable[tuple[UUID, UUID | None]],
        field_groups: Collection[FieldGroup],
        purpose: Purpose | str,
        *,
        result_count: int = 1,
    ) -> None:
        """The same for a list: one row per (child, record) shown."""
        common = self._common(resource, field_groups, purpose, result_count)
        rows = [{**common, "child_id": child, "subject_id": subject} for child, subject in shown]
        if rows:
            await self._session.execute(_INSERT, rows)

    def _common(
        self, resource: str, field_groups: Collection[FieldGroup], purpose: Purpose | str, count: int
    ) -> dict[str, Any]:
        organisations = self._actor.organisation_ids
        return {
            "at": self._now,
            "principal_id": self._actor.id or NOBODY,
            "role": str(acting_role(self._actor, resource)),
            # Which of several organisations somebody acted for is not known; then none is named.
            "organisation_id": next(iter(organisations)) if len(organisations) == 1 else None,
            "resource": resource,
            "field_groups": sorted(map(str, field_groups)),
            "purpose": str(purpose),
            "request_id": self._request_id,
            "result_count": count,
        }


_INSERT = text(
    "INSERT INTO read_audit (at, principal_id, role, organisation_id, child_id, resource, subject_id, field_groups, "
    "purpose, request_id, result_count) VALUES (:at, :principal_id, :role, :organisation_id, :child_id, :resource, "
    ":subject_id, :field_groups, :purpose, :request_id, :result_count)"
)
