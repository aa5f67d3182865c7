"""What is known of a family when it is found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from contracts.identifiers import AgeBand, FindingWay


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What is known of a family when it is found; the three records are sealed already."""

    id: UUID
    region: str
    territory: str
    organisation_id: UUID
    responsible_id: UUID | None
    child_id: UUID
    representative_id: UUID
    person_digest: str
    age_band: AgeBand
    way: FindingWay
    origin_id: UUID | None
    ground: str
    found_at: datetime
    child: dict[str, Any]
    family: dict[str, Any]
    words: dict[str, Any] | None
