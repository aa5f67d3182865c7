"""The SQL side of the context, and what each role may do with the chassis's own tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from contracts.access import POLICY, Relation

CONTEXT = "(SELECT app.principal() IS NOT NULL)"


def _reader(name: str, returns: str, value: str = "found") -> str:
    return f"""CREATE OR REPLACE FUNCTION app.{name}() RETURNS {returns} LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog AS $$
DECLARE found text := current_setting('app.{name}', true);
BEGIN
  IF found IS NULL OR found = '' THEN
    RAISE EXCEPTION 'access context is missing: app.{name}' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN {value}::{returns};
END $$"""


SCHEMA: tuple[str, ...] = (
    "CREATE SCHEMA IF NOT EXISTS app",
    _reader("principal", "uuid"),
    _reader("roles", "text[]"),
    _reader("organisations", "uuid[]"),
    _reader("territories", "text[]"),
    _reader("children", "uuid[]"),
    _reader("token", "text", "nullif(found, '-')"),
    "CREATE OR REPLACE FUNCTION app.has_role(role text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE "
    "AS $$ SELECT role = ANY (app.roles()) $$",
    "CREATE OR REPLACE FUNCTION app.has_any(held text[]) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE "
    "AS $$ SELECT held && app.roles() $$",
)
"""Functions that read the context `chassis.data.database.transaction` sets; they raise when it is missing or empty.

An empty array is ``{}``, the anonymous principal is the nil UUID, "no token" is ``-``
and equals no stored token."""


@dataclass(frozen=True, slots=True)
class Rights:
    """Privileges per role; ``policies`` (SQL command → condition) where the API role may not see every row."""

    api: tuple[str, ...] = ()
    worker: tuple[str, ...] = ()
    policies: Mapping[str, str] = field(default_factory=dict)


def _audit_readers() -> str:
    """A family reads the audit of its own children; staff who may ask for readers were checked on the file."""
    lines = [g for g in POLICY if g.resource == "readers"]
    staff = ",".join(sorted({g.role for g in lines if g.relation is not Relation.CHILD}))
    return f"child_id = ANY ((SELECT app.children())::uuid[]) OR (SELECT app.has_any('{{{staff}}}'))"


_ALL = ("SELECT", "INSERT", "UPDATE", "DELETE")
_KEEP = ("SELECT", "INSERT", "UPDATE")

PLATFORM: dict[str, Rights] = {
    "outbox": Rights(("SELECT", "INSERT"), _KEEP),
    "inbox": Rights(("SELECT",), _ALL),
    "consumer_positions": Rights(("SELECT",), _ALL),
    "consumer_attempts": Rights(("SELECT",), _ALL),
    "dead_letters": Rights(_KEEP, _ALL),
    "timers": Rights(_KEEP, _ALL),
    "rate_limits": Rights(_ALL, _ALL),
    "idempotency_keys": Rights(_ALL, _ALL),
    "authorities": Rights(("SELECT",), _ALL),
    "authority_feed": Rights(("SELECT",), _ALL),
    "read_audit": Rights(
        ("SELECT", "INSERT"),
        ("SELECT", "INSERT", "UPDATE (position, previous, hash)"),
        {"SELECT": _audit_readers(), "INSERT": "principal_id = (SELECT app.principal())"},
    ),
    "audit_head": Rights((), _KEEP),
    "audit_anchors": Rights(("SELECT",), ("SELECT", "INSERT")),
    "person_keys": Rights(_KEEP, _KEEP, dict.fromkeys(_KEEP, CONTEXT)),
    "blobs": Rights(_KEEP, _KEEP, dict.fromkeys(_KEEP, CONTEXT)),
}
"""The chassis's tables. Those without policies hold ids and codes only and are reached by chassis code alone."""
