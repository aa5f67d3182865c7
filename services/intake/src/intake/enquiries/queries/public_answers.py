"""The published questions and answers, and the editor's drafts."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from chassis.http import Order, Page, PageQuery, paginate
from chassis.work import Unit
from pydantic import BaseModel, ConfigDict
from sqlalchemy import select

from intake.enquiries.model.public_answers import PublicAnswer, PublicState

_column = PublicAnswer.__table__.c
ORDER = Order({"drafted_at": _column["drafted_at"], "theme": _column["theme"]}, _column["id"], "-drafted_at")


class PublicAnswerView(BaseModel):
    """What everybody may read."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    region: str
    theme: str
    question: str
    answer: str
    published_at: datetime | None


class DraftView(PublicAnswerView):
    """The same for the editor."""

    version: int
    state: PublicState
    organisation_id: UUID
    drafted_at: datetime


async def published(region: str | None, theme: str | None, page: PageQuery, unit: Unit) -> Page[PublicAnswerView]:
    """Published ones only, newest first."""
    statement = select(PublicAnswer).where(PublicAnswer.state == PublicState.PUBLISHED)
    if region:
        statement = statement.where(PublicAnswer.region == region)
    if theme:
        statement = statement.where(PublicAnswer.theme == theme)
    rows, cursor, total = await paginate(unit.session, statement, page, ORDER)
    return Page(items=[PublicAnswerView.model_validate(row[0]) for row in rows], next_cursor=cursor, total=total)


async def drafts(page: PageQuery, unit: Unit) -> Page[DraftView]:
    """What waits for the editor of these organisations."""
    statement = select(PublicAnswer).where(
        PublicAnswer.state == PublicState.DRAFT, PublicAnswer.organisation_id.in_(unit.actor.organisation_ids)
    )
    rows, cursor, total = await paginate(unit.session, statement, page, ORDER)
    return Page(items=[DraftView.model_validate(row[0]) for row in rows], next_cursor=cursor, total=total)
