"""Who may be fixed to a case: scheduling's specialists, as it last told us."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from contracts.scheduling import SpecialistRegistered
from sqlalchemy import ARRAY, Text, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from cases.base import Base


class Specialist(Base):
    """One specialist; ``principal_id`` is the account row security knows him or her by."""

    __tablename__ = "specialists"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    principal_id: Mapped[UUID | None]
    organisation_id: Mapped[UUID] = mapped_column(index=True)
    skills: Mapped[list[str]] = mapped_column(ARRAY(Text()))
    active: Mapped[bool]


async def replace_specialist(event: SpecialistRegistered, session: AsyncSession) -> None:
    """Take over the whole state of one specialist."""
    await session.merge(
        Specialist(
            id=event.specialist_id,
            principal_id=event.principal_id,
            organisation_id=event.organisation_id,
            skills=sorted(event.skills),
            active=event.active,
        )
    )


async def working_for(organisation_id: UUID, ids: Collection[UUID], session: AsyncSession) -> list[Specialist]:
    """Those of ``ids`` that work for an organisation now."""
    found = await session.scalars(
        select(Specialist).where(
            Specialist.id.in_(ids), Specialist.organisation_id == organisation_id, Specialist.active
        )
    )
    return list(found)
