"""Facts notifications publishes: what was said to whom, and how it ended. Never the text, never the address."""

from __future__ import annotations

from uuid import UUID

from pydantic import AwareDatetime

from contracts.event import Event
from contracts.identifiers import Code, MessageChannel


class MessageSent(Event, aggregate="message", fact="sent"):
    """A channel took the message: the proof of notification."""

    message_id: UUID
    kind: Code
    region: Code
    channel: MessageChannel
    person_id: UUID
    about_id: UUID
    sent_at: AwareDatetime


class MessageFailed(Event, aggregate="message", fact="failed"):
    """The channel refused the message for good; a person has to act."""

    message_id: UUID
    kind: Code
    region: Code
    channel: MessageChannel
    person_id: UUID
    about_id: UUID
    reason_code: Code
