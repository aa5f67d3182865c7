"""What a person decides about a message whose outcome is unclear or that was not delivered."""

from __future__ import annotations

from uuid import UUID

from chassis.work import Unit
from contracts.identifiers import MessageChannel
from pydantic import BaseModel, ConfigDict

from notifications.messages.model import Message, MessageState


class ConfirmMessage(BaseModel):
    """How the family was told after all: the mail did arrive, or somebody phoned or wrote."""

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra={"examples": [{"channel": "phone"}]})

    channel: MessageChannel


class Decided(BaseModel):
    """Where the message stands now."""

    id: UUID
    state: MessageState


async def resend_message(message_id: UUID, unit: Unit) -> Decided:
    """Send it again, knowing that the family may then have it twice."""
    message = await unit.get(Message, message_id, "message:resend", under=True)
    message.resend(unit.now)
    return Decided(id=message.id, state=message.state)


async def confirm_message(message_id: UUID, command: ConfirmMessage, unit: Unit) -> Decided:
    """Note that the family was told."""
    message = await unit.get(Message, message_id, "message:confirm", under=True)
    message.confirm(command.channel, unit.now)
    return Decided(id=message.id, state=message.state)
