"""The register of consents of a file, and consents given with an application before the file opens."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from contracts.identifiers import ConsentForm, Purpose
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from cases.tables import Base


class Consent(Base):
    """A consent document of one purpose: its text, its form, who checked the signer's authority (152-FZ art. 9)."""

    __tablename__ = "consents"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case_files.id"), index=True)
    child_id: Mapped[UUID]
    representative_id: Mapped[UUID]
    purpose: Mapped[Purpose]
    form: Mapped[ConsentForm]
    text_version: Mapped[str]
    text_hash: Mapped[str | None]
    given_on: Mapped[date]
    recorded_by: Mapped[UUID | None]
    recorded_at: Mapped[datetime]
    authority_checked_by: Mapped[UUID | None]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[UUID | None]

    @property
    def standing(self) -> bool:
        return self.withdrawn_at is None

    @property
    def written(self) -> bool:
        """A tick by someone not logged in is a consent, but not a written one."""
        return self.form.written


class TickedConsent(Base):
    """A consent given with the application, waiting for the file to open; ids and codes only."""

    __tablename__ = "ticked_consents"

    consent_id: Mapped[UUID] = mapped_column(primary_key=True)
    application_id: Mapped[UUID] = mapped_column(index=True)
    child_id: Mapped[UUID]
    representative_id: Mapped[UUID]
    purpose: Mapped[Purpose]
    form: Mapped[ConsentForm]
    text_version: Mapped[str]
    text_hash: Mapped[str]
    given_at: Mapped[datetime]

    def as_consent(self, case_id: UUID, given_on: date, recorded_at: datetime) -> Consent:
        """The entry of the file's register."""
        return Consent(
            id=self.consent_id,
            case_id=case_id,
            child_id=self.child_id,
            representative_id=self.representative_id,
            purpose=self.purpose,
            form=self.form,
            text_version=self.text_version,
            text_hash=self.text_hash,
            given_on=given_on,
            recorded_at=recorded_at,
        )
