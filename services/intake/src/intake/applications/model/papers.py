"""What belongs to an application beside its own row: consents, calls, files, and what it is made from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from contracts.identifiers import AgeBand, ApplicationSource, CallOutcome, ConsentForm, Purpose
from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from intake.tables import Base

_ASKED = ["state", "coordinator_id", "appointment_at", "territory", "region", "child_id", "filed_by", "token_digest"]

ANSWERED = frozenset({CallOutcome.REACHED, CallOutcome.DECLINED})
"""What a call back ends with when the family was there."""

OPEN_WORK = (
    Index(
        "ix_applications_coordinated",
        "organisation_id",
        "due_at",
        postgresql_where=text("state IN ('submitted', 'taken', 'reached', 'returned')"),
        postgresql_include=["serving_organisation_id", *_ASKED],
    ),
    Index(
        "ix_applications_served",
        "serving_organisation_id",
        "due_at",
        postgresql_where=text(
            "state IN ('handed_over', 'accepted') AND (state <> 'accepted' OR appointment_at IS NULL)"
        ),
        postgresql_include=["organisation_id", *_ASKED],
    ),
    Index(
        "ix_applications_protocol",
        "organisation_id",
        "protocol_due_at",
        postgresql_where=text("protocol_due_at IS NOT NULL"),
    ),
)
"""Indexes of ``applications`` over what somebody has to do, with all that counters and row security ask of it: counting
reads no row."""


class ConsentDocument(Base):
    """A consent of one purpose as it was given with the application (D0-22); a tick is not a written consent."""

    __tablename__ = "consents"
    __table_args__ = (UniqueConstraint("application_id", "purpose"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    application_id: Mapped[UUID] = mapped_column(ForeignKey("applications.id"))
    purpose: Mapped[Purpose]
    form: Mapped[ConsentForm]
    text_version: Mapped[str]
    text_hash: Mapped[str]
    given_at: Mapped[datetime]


class CallAttempt(Base):
    """One call back and what came of it (D2-18)."""

    __tablename__ = "call_attempts"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    application_id: Mapped[UUID] = mapped_column(ForeignKey("applications.id"), index=True)
    outcome: Mapped[CallOutcome]
    called_at: Mapped[datetime]
    called_by: Mapped[UUID]
    explanation_given: Mapped[bool]


class AttachmentKind(StrEnum):
    EXTRACT = "extract"
    DIAGNOSIS_PROTOCOL = "diagnosis_protocol"
    """The joint protocol of announcing the diagnosis (D2-08)."""


class Attachment(Base):
    """A file of the family, such as a doctor's extract; content and name stay sealed in the blob store."""

    __tablename__ = "attachments"

    blob_id: Mapped[UUID] = mapped_column(primary_key=True)
    application_id: Mapped[UUID] = mapped_column(ForeignKey("applications.id"), index=True)
    kind: Mapped[AttachmentKind]
    media_type: Mapped[str]
    size: Mapped[int]
    attached_at: Mapped[datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Papers:
    """The sealed records of an application, as they are stored."""

    representative: dict[str, Any]
    child: dict[str, Any]
    home: dict[str, Any] | None
    words: dict[str, Any] | None
    health: dict[str, Any] | None

    def columns(self) -> dict[str, Any]:
        """As the row of the application keeps it."""
        return {
            "representative": self.representative,
            "child": self.child,
            "home": self.home,
            "words": self.words,
            "health": self.health,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """What is known without opening a seal when an application comes in."""

    id: UUID
    number: str
    region: str
    territory: str
    residence_territory: str
    source: ApplicationSource
    entry_point: str | None
    age_band: AgeBand
    child_id: UUID
    representative_id: UUID
    organisation_id: UUID
    token_digest: str
    registered_in_region: bool
    submitted_at: datetime
    filed_by: UUID | None = None
    client_type: str | None = None

    def columns(self) -> dict[str, Any]:
        """As the row of the application keeps it."""
        return {
            "id": self.id,
            "number": self.number,
            "region": self.region,
            "territory": self.territory,
            "residence_territory": self.residence_territory,
            "source": self.source,
            "entry_point": self.entry_point,
            "age_band": self.age_band,
            "child_id": self.child_id,
            "representative_id": self.representative_id,
            "organisation_id": self.organisation_id,
            "token_digest": self.token_digest,
            "registered_in_region": self.registered_in_region,
            "submitted_at": self.submitted_at,
            "filed_by": self.filed_by,
            "client_type": self.client_type,
        }
