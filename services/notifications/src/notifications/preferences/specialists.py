"""What each specialist can do, so that a family reads "a speech therapist comes" and not a name."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from chassis.work import Unit
from contracts.scheduling import SpecialistRegistered
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Mapped, mapped_column

from notifications.base import Base


class Specialist(Base):
    """A replica of scheduling's register."""

    __tablename__ = "specialists"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    skills: Mapped[list[Any]] = mapped_column(JSONB)


async def note_skills(event: SpecialistRegistered, unit: Unit) -> None:
    """Replace what was known."""
    row = insert(Specialist).values(id=event.specialist_id, skills=sorted(event.skills))
    replaced = {"skills": row.excluded.skills}
    await unit.session.execute(row.on_conflict_do_update(index_elements=[Specialist.id], set_=replaced))
