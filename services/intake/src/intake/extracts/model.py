"""Extracts of IPRAs: keyed by number and date; a newer one of the same child supersedes (D3-24)."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from chassis.aggregate import Aggregate
from contracts import intake as told
from contracts.identifiers import AgeBand
from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from intake.tables import Base


class ExtractStanding(StrEnum):
    IN_FORCE = "in_force"
    SUPERSEDED = "superseded"


class IpraExtract(Aggregate, Base):
    """One extract. ``content_digest`` tells the same extract again from another one under the same key."""

    __tablename__ = "ipra_extracts"
    __table_args__ = (
        UniqueConstraint("region", "number", "issued_on"),
        Index(
            "uq_ipra_extracts_in_force",
            "region",
            "person_digest",
            unique=True,
            postgresql_where=text("state = 'in_force'"),
        ),
    )

    region: Mapped[str]
    territory: Mapped[str]
    organisation_id: Mapped[UUID] = mapped_column(index=True)
    """The operator the routing rule chose."""
    routing: Mapped[dict[str, Any]]
    number: Mapped[str]
    issued_on: Mapped[date]
    valid_until: Mapped[date | None]
    bureau: Mapped[str | None]
    state: Mapped[ExtractStanding]
    superseded_by: Mapped[UUID | None]
    child_id: Mapped[UUID] = mapped_column(index=True)
    representative_id: Mapped[UUID]
    person_digest: Mapped[str]
    content_digest: Mapped[str]
    age_band: Mapped[AgeBand]
    ground: Mapped[str]
    measures: Mapped[int]
    received_at: Mapped[datetime]
    import_id: Mapped[UUID]
    outreach_id: Mapped[UUID | None]

    child: Mapped[dict[str, Any]]
    family: Mapped[dict[str, Any]]
    health: Mapped[dict[str, Any] | None]

    def come_in(self) -> None:
        """Tell that the extract is here."""
        self.record(
            told.IpraExtractReceived(
                extract_id=self.id,
                region=self.region,
                territory=self.territory,
                organisation_id=self.organisation_id,
                child_id=self.child_id,
                age_band=self.age_band,
                issued_on=self.issued_on,
                valid_until=self.valid_until,
                in_force=self.state is ExtractStanding.IN_FORCE,
                received_at=self.received_at,
            )
        )

    def supersede(self, by: UUID, now: datetime) -> None:
        """A newer extract of the child is in force now."""
        self.state, self.superseded_by = ExtractStanding.SUPERSEDED, by
        self.record(told.IpraExtractSuperseded(extract_id=self.id, superseded_by=by, superseded_at=now))

    def executed(self, execution: IpraExecution) -> None:
        """Tell that a measure was executed, or not and why."""
        self.record(
            told.IpraExecutionRecorded(
                extract_id=self.id,
                measure=execution.measure,
                executed=execution.executed,
                reason=execution.reason,
                executed_on=execution.executed_on,
                recorded_at=execution.recorded_at,
            )
        )


class IpraExecution(Base):
    """What became of one measure; goes back to the bureau with the next file (``return_id``)."""

    __tablename__ = "ipra_executions"

    extract_id: Mapped[UUID] = mapped_column(ForeignKey("ipra_extracts.id"), primary_key=True)
    measure: Mapped[int] = mapped_column(primary_key=True)
    executed: Mapped[bool]
    executed_on: Mapped[date]
    reason: Mapped[str | None]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[UUID]
    return_id: Mapped[UUID | None]


class IpraReturn(Base):
    """A file of execution data for the bureau, as it was made; its lines never change."""

    __tablename__ = "ipra_returns"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    region: Mapped[str]
    organisation_id: Mapped[UUID] = mapped_column(index=True)
    layout: Mapped[str]
    ground: Mapped[str]
    made_at: Mapped[datetime]
    made_by: Mapped[UUID]
    lines: Mapped[list[Any]]
    """Number, date, measure, executed, date and reason: the bureau knows its own numbers, nobody is named."""


class IpraImport(Base):
    """A file of extracts, or one extract: a job with progress and a protocol."""

    __tablename__ = "ipra_imports"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    region: Mapped[str]
    organisation_id: Mapped[UUID] = mapped_column(index=True)
    uploaded_by: Mapped[UUID | None]
    layout: Mapped[str]
    state: Mapped[str] = mapped_column(index=True)
    """queued, running, done, failed."""
    size: Mapped[int]
    digest: Mapped[str]
    received_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    claimed_until: Mapped[datetime | None]
    bytes_done: Mapped[int] = mapped_column(default=0)
    seen: Mapped[int] = mapped_column(default=0)
    taken: Mapped[int] = mapped_column(default=0)
    known: Mapped[int] = mapped_column(default=0)
    superseding: Mapped[int] = mapped_column(default=0)
    superseded: Mapped[int] = mapped_column(default=0)
    quarantined: Mapped[int] = mapped_column(default=0)
    failure: Mapped[dict[str, Any] | None]


class ImportChunk(Base):
    """A part of the file, sealed under the import's own key; both are destroyed when the job is done."""

    __tablename__ = "ipra_import_chunks"

    import_id: Mapped[UUID] = mapped_column(ForeignKey("ipra_imports.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[bytes]


class QuarantinedRecord(Base):
    """A record that could not be taken in: where it stands and what is wrong. Its content stays sealed."""

    __tablename__ = "ipra_quarantine"

    import_id: Mapped[UUID] = mapped_column(ForeignKey("ipra_imports.id"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True)
    line: Mapped[int]
    reasons: Mapped[list[Any]]
    content: Mapped[dict[str, Any] | None]
    corrected_by: Mapped[UUID | None]
    """The import that brought the record in after correction."""
