"""Which earlier applications are linked with one."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from chassis.work import Unit
from pydantic import BaseModel, ConfigDict
from sqlalchemy import select

from intake.applications.model.application import Application
from intake.applications.model.duplicates import Duplicate
from intake.applications.model.telling import Judgement


class DuplicateView(BaseModel):
    """``earlier_id`` and ``number`` are None where the earlier application is another organisation's (T9)."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    state: Judgement
    reasons: list[str]
    found_at: datetime
    earlier_id: UUID | None
    number: str | None


async def duplicates_of(application_id: UUID, unit: Unit) -> list[DuplicateView]:
    """The earlier applications linked to one, with their numbers where the actor may see them."""
    joined = (
        select(Duplicate, Application.id, Application.number)
        .outerjoin(Application, Application.id == Duplicate.earlier_id)
        .where(Duplicate.application_id == application_id)
        .order_by(Duplicate.found_at, Duplicate.id)
    )
    return [
        DuplicateView(
            id=row.id, state=row.state, reasons=row.reasons, found_at=row.found_at, earlier_id=seen, number=number
        )
        for row, seen, number in await unit.session.execute(joined)
    ]
