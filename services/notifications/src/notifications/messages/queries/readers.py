"""Who read what was said to a family, for the family's page."""

from __future__ import annotations

from uuid import UUID

from chassis.access.policy import require_relation
from chassis.errors import not_found
from chassis.http import Page
from chassis.http.readers import Reader, ReadersQuery, readers_of
from chassis.work import Unit
from sqlalchemy import select

from notifications.messages.model import Message


async def readers_of_messages(child_id: UUID, query: ReadersQuery, unit: Unit) -> Page[Reader]:
    """Latest first, protected readers left out; 404 for another family, and for one nothing was said to."""
    latest = select(Message).where(Message.child_id == child_id).order_by(Message.created_at.desc(), Message.id.desc())
    message = await unit.session.scalar(latest.limit(1))
    if message is None:
        raise not_found()
    require_relation(unit.actor, "readers:read", unit.policy.relations_of(unit.actor, message), "readers")
    return await readers_of(child_id, "notifications", query, unit.session)
