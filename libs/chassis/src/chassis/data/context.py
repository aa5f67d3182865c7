"""The person a transaction acts for (for row security) and its cause (for events and traces)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from chassis.clock import new_id

NOBODY = UUID(int=0)
"""Stands for an absent principal: PostgreSQL turns an unset local setting into '', so '' has to mean "missing"."""
NO_TOKEN = "-"  # noqa: S105 - a placeholder for the same reason


@dataclass(frozen=True, slots=True)
class AccessContext:
    """The caller as row security sees him or her. Set for one transaction, never kept by a pooled connection.

    ``child_ids`` are the children an account is bound to; ``token_digest`` is SHA-256 of a status token in hex.
    """

    principal_id: UUID | None
    roles: frozenset[str] = frozenset()
    organisation_ids: frozenset[UUID] = frozenset()
    territories: frozenset[str] = frozenset()
    child_ids: frozenset[UUID] = frozenset()
    token_digest: str | None = None

    def settings(self) -> dict[str, str]:
        """The values of ``app.principal``, ``app.roles`` … by their last word; sets as PostgreSQL array literals."""
        return {
            "principal": str(self.principal_id or NOBODY),
            "roles": array_literal(self.roles),
            "organisations": array_literal(self.organisation_ids),
            "territories": array_literal(self.territories),
            "children": array_literal(self.child_ids),
            "token": self.token_digest or NO_TOKEN,
        }


SYSTEM = AccessContext(principal_id=None, roles=frozenset({"system"}))
"""The context of relay, consumers, timers and other worker tasks; they connect with the worker's role."""


@dataclass(frozen=True, slots=True)
class Cause:
    """The reason of a transaction; every event recorded in the transaction carries the reason on.

    ``causation_id`` is the event being handled; ``traceparent`` the W3C trace context where no span is active.
    """

    correlation_id: UUID = field(default_factory=new_id)
    causation_id: UUID | None = None
    traceparent: str | None = None


def array_literal(values: Iterable[object]) -> str:
    """A PostgreSQL array literal such as ``{"a","b"}``; ``{}`` when empty."""
    quoted = (str(value).replace("\\", "\\\\").replace('"', '\\"') for value in values)
    return "{" + ",".join(sorted(f'"{value}"' for value in quoted)) + "}"
