"""The specialists that may be fixed to a case, as scheduling last told of them."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ARRAY, Text
from sqlalchemy.orm import Mapped, mapped_column

from cases.tables import Base


class Specialist(Base):
    """One specialist; ``principal_id`` is the account row security knows him or her by."""

    __tablename__ = "specialists"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    principal_id: Mapped[UUID | None]
    organisation_id: Mapped[UUID] = mapped_column(index=True)
    skills: Mapped[list[str]] = mapped_column(ARRAY(Text()))
    active: Mapped[bool]
