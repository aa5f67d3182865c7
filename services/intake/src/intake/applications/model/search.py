"""What an application is found by: keyed digests, searched by equality."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import BigInteger, Index
from sqlalchemy.orm import Mapped, mapped_column

from intake.tables import Base


class SearchToken(Base):
    """One thing an application can be found by. Its key includes what row security asks, so the table is not read."""

    __tablename__ = "search_tokens"
    __table_args__ = (Index("ix_search_tokens_application_id", "application_id"),)

    token: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    application_id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID]
    serving_organisation_id: Mapped[UUID | None]
