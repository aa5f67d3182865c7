"""The HTTP door of the ledger."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from chassis.http import Page, Router, UnitDep
from chassis.http.readers import Reader, ReadersQueryDep
from fastapi import Query

from notifications.messages.commands import decide
from notifications.messages.queries import messages
from notifications.messages.queries.messages import ORDER, MessageCard, MessageLine, MessageQuery
from notifications.messages.queries.readers import readers_of_messages

router = Router(tags=["messages"])


@router.get("/messages", permission="message:read", sort=ORDER)
async def list_messages(unit: UnitDep, query: Annotated[MessageQuery, Query()]) -> Page[MessageLine]:
    """What was said to whom."""
    return await messages.list_messages(query, unit)


@router.get("/messages/{message_id}", permission="message:read")
async def get_message(message_id: UUID, unit: UnitDep) -> MessageCard:
    """One message with its words."""
    return await messages.message_card(message_id, unit)


@router.post("/messages/{message_id}/resend", permission="message:resend")
async def resend_message(message_id: UUID, unit: UnitDep) -> decide.Decided:
    """Try once more."""
    return await decide.resend_message(message_id, unit)


@router.post("/messages/{message_id}/confirm", permission="message:confirm")
async def confirm_message(message_id: UUID, command: decide.ConfirmMessage, unit: UnitDep) -> decide.Decided:
    """The family was told."""
    return await decide.confirm_message(message_id, command, unit)


@router.get("/readers/{child_id}", permission="readers:read")
async def list_message_readers(child_id: UUID, query: ReadersQueryDep, unit: UnitDep) -> Page[Reader]:
    """Who read the family's messages, latest first."""
    return await readers_of_messages(child_id, query, unit)
