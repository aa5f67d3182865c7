"""What a user prefers: pages and documents for people with low vision (D0-16)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from chassis.work import Unit
from pydantic import BaseModel, ConfigDict
from sqlalchemy import ForeignKey, update
from sqlalchemy.orm import Mapped, mapped_column

from intake.applications.model import Application
from intake.directory.model import Principal
from intake.portal.commands.fill_questionnaire import recognised
from intake.tables import Base


class Preference(Base):
    """The preferences of one account; without a row nothing is preferred."""

    __tablename__ = "preferences"

    principal_id: Mapped[UUID] = mapped_column(ForeignKey("principals.id"), primary_key=True)
    low_vision: Mapped[bool]
    changed_at: Mapped[datetime]


class Prefer(BaseModel):
    model_config = ConfigDict(extra="forbid")

    low_vision: bool


async def prefer(command: Prefer, unit: Unit) -> Principal:
    """Keep the preference with the account, and with the status pages of its children's applications."""
    account = await recognised(unit)
    await unit.session.merge(Preference(principal_id=account.id, low_vision=command.low_vision, changed_at=unit.now))
    pages = update(Application).where(Application.child_id.in_(account.child_ids))
    await unit.session.execute(pages.values(low_vision=command.low_vision))
    return account


async def reads_large(principal_id: UUID, unit: Unit) -> bool:
    """Whether pages and documents of this account come in large letters."""
    found = await unit.session.get(Preference, principal_id)
    return found is not None and found.low_vision
