"""A depersonalised question with its answer: proposed by staff, published by an editor (D0-11)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from chassis.aggregate import Aggregate
from chassis.errors import DomainError, Kind
from contracts.intake import PublicAnswerDrafted, PublicAnswerPublished, PublicAnswerWithdrawn
from sqlalchemy import ARRAY, CheckConstraint, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from intake.tables import Base


class PublicState(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class PublicAnswer(Aggregate, Base):
    """Stands in the clear for everybody, so nothing personal may be in it (see `depersonal`)."""

    __tablename__ = "public_answers"
    __table_args__ = (
        CheckConstraint(
            "state = 'draft' OR (published_at IS NOT NULL AND published_by IS NOT NULL)",
            name="published_by_an_editor",
        ),
        Index("ix_public_answers_region_drafted_at", "region", "drafted_at"),
    )

    region: Mapped[str]
    organisation_id: Mapped[UUID]
    enquiry_id: Mapped[UUID | None]
    theme: Mapped[str]
    state: Mapped[PublicState]
    question: Mapped[str]
    answer: Mapped[str]
    name_words: Mapped[list[str]] = mapped_column(ARRAY(Text))
    """Keyed digests of the names of who asked: the editor, who may not read them, cannot publish them either."""
    drafted_at: Mapped[datetime]
    drafted_by: Mapped[UUID]
    published_at: Mapped[datetime | None]
    published_by: Mapped[UUID | None]

    def drafted(self) -> None:
        """Staff have proposed it."""
        self.record(
            PublicAnswerDrafted(
                public_answer_id=self.id,
                region=self.region,
                organisation_id=self.organisation_id,
                theme=self.theme,
                drafted_at=self.drafted_at,
            )
        )

    def publish(self, question: str, answer: str, editor_id: UUID, now: datetime) -> None:
        """The editor's last wording goes out."""
        self._require(PublicState.DRAFT)
        self.question, self.answer, self.state = question, answer, PublicState.PUBLISHED
        self.published_at, self.published_by = now, editor_id
        self.record(
            PublicAnswerPublished(
                public_answer_id=self.id,
                region=self.region,
                organisation_id=self.organisation_id,
                theme=self.theme,
                published_at=now,
            )
        )

    def withdraw(self, now: datetime) -> None:
        """Taken down; it is kept as proof of what was published."""
        self._require(PublicState.PUBLISHED)
        self.state = PublicState.WITHDRAWN
        self.record(PublicAnswerWithdrawn(public_answer_id=self.id, region=self.region, withdrawn_at=now))

    def _require(self, state: PublicState) -> None:
        if self.state is not state:
            raise DomainError(
                "wrong_publication_state",
                Kind.CONFLICT,
                ru="Публикация уже в другом состоянии. Обновите страницу.",
                en="The publication is in another state. Reload the page.",
                state=str(self.state),
            )
