"""What belongs to an enquiry beside its own row, and what it is made from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import workdays
from contracts.identifiers import EnquiryChannel, FamilyStatus
from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from intake.tables import Base

OPEN_WORK = Index(
    "ix_enquiries_open",
    "organisation_id",
    "due_at",
    postgresql_where=text("state <> 'closed'"),
    postgresql_include=[
        *("state", "delivery", "given_at", "assigned_to"),
        *("territory", "region", "asked_by", "token_digest"),
    ],
)
"""What somebody has to do, with all that counters and row security ask of it: counting reads no row."""


class Author(StrEnum):
    """Who wrote a message of the thread."""

    FAMILY = "family"
    SPECIALIST = "specialist"


class EnquiryFileKind(StrEnum):
    """What is attached: a recorded talk (D1-19), the letter itself, another document."""

    RECORDING = "recording"
    LETTER = "letter"
    DOCUMENT = "document"


class Column(StrEnum):
    """What of the journal may be corrected, by a visible amendment only."""

    NAME = "name"
    PHONE = "phone"
    EMAIL = "email"
    ADDRESS = "address"
    STATUS = "status"
    REASON = "reason"
    THEME = "theme"
    HELP_KIND = "help_kind"
    COMPLAINT = "complaint"
    RESULT = "result"
    OUTCOME = "outcome"


class ThreadMessage(Base):
    """One message of the thread «окно специалиста» (D0-11): the family's, or an answer."""

    __tablename__ = "enquiry_messages"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    enquiry_id: Mapped[UUID] = mapped_column(ForeignKey("enquiries.id"), index=True)
    author: Mapped[Author]
    written_at: Mapped[datetime]
    written_by: Mapped[UUID | None]
    words: Mapped[dict[str, Any]]


class Amendment(Base):
    """A correction of the journal: what stood, what stands, why, by whom. Rows are never changed."""

    __tablename__ = "enquiry_amendments"

    enquiry_id: Mapped[UUID] = mapped_column(ForeignKey("enquiries.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    column: Mapped[Column]
    change: Mapped[dict[str, Any]]
    amended_at: Mapped[datetime]
    amended_by: Mapped[UUID]


class EnquiryFile(Base):
    """An attached recording, letter or document. The database keeps recordings away from anonymous entries."""

    __tablename__ = "enquiry_files"
    __table_args__ = (
        ForeignKeyConstraint(["enquiry_id", "anonymous"], ["enquiries.id", "enquiries.anonymous"]),
        CheckConstraint("NOT (anonymous AND kind = 'recording')", name="no_recording_of_the_anonymous"),
        Index("ix_enquiry_files_enquiry_id", "enquiry_id"),
    )

    blob_id: Mapped[UUID] = mapped_column(primary_key=True)
    enquiry_id: Mapped[UUID]
    anonymous: Mapped[bool]
    kind: Mapped[EnquiryFileKind]
    media_type: Mapped[str]
    size: Mapped[int]
    attached_at: Mapped[datetime]
    attached_by: Mapped[UUID | None]


class EnquiryWord(Base):
    """A keyed digest of a word stem (see `words`). Its key includes what row security asks, so no table is read."""

    __tablename__ = "enquiry_words"

    word: Mapped[str] = mapped_column(primary_key=True)
    enquiry_id: Mapped[UUID] = mapped_column(ForeignKey("enquiries.id"), primary_key=True, index=True)
    organisation_id: Mapped[UUID]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheets:
    """The sealed records of a new enquiry, as they are stored."""

    caller: dict[str, Any] | None
    place: dict[str, Any] | None
    question: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What is known without opening a seal when an enquiry is entered."""

    id: UUID
    number: int
    year: int
    registration: str
    region: str
    territory: str
    organisation_id: UUID
    person_id: UUID
    channel: EnquiryChannel
    answer_channel: EnquiryChannel
    anonymous: bool
    complaint: bool
    status: FamilyStatus | None
    theme: str | None
    help_kind: str | None
    asked_by: UUID | None
    token_digest: str
    source_digest: str | None
    consent_version: str | None
    received_at: datetime
    registered_at: datetime
    registered_by: UUID | None


@dataclass(frozen=True, slots=True)
class Due:
    """A due time and the start it was counted from."""

    since: datetime
    found: workdays.Deadline
