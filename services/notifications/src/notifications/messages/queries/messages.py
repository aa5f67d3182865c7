"""What can be asked of the ledger."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self
from uuid import UUID

from chassis.errors import DomainError, Kind
from chassis.http import Order, Page, PageQuery, paginate
from chassis.work import Unit
from contracts.access import FieldGroup
from contracts.identifiers import MessageChannel, Purpose
from pydantic import AwareDatetime, BaseModel, Field
from sqlalchemy import Select, select

from notifications.kinds import MessageKind
from notifications.messages.commands.write_letter import open_letter
from notifications.messages.model import Message, MessageState

REASONS = {
    "no_address": "Электронная почта не указана",
    "address_invalid": "Адрес записан с ошибкой",
    "address_refused": "Почтовый сервер не знает такого адреса",
    "gateway_unavailable": "Шлюз СМС не отвечает",
    "no_gateway": "Шлюз СМС не подключён",
    "number_refused": "Шлюз СМС не принял номер или текст",
    "too_long_for_sms": "Текст слишком длинный для СМС",
    "content_refused": "Почтовый сервер не принял письмо",
    "channel_unavailable": "Почтовый сервер не отвечает",
    "contact_unreadable": "Контакт не открывается",
    "key_not_here_yet": "Ключ ещё не получен",
    "not_written": "Письмо не удалось составить",
    "outcome_unknown": "Неизвестно, дошло ли письмо",
    "too_late": "Письмо не успели отправить",
    "outdated": "Сведения изменились раньше, чем письмо ушло",
    "application_withdrawn": "Семья отозвала заявку",
    "person_erased": "Данные человека уничтожены",
}
"""Why a message is not sent, in words."""

_rows = Message.__table__.c
ORDER = Order({name: _rows[name] for name in ("created_at", "planned_for")}, _rows.id, "-created_at")


class MessageQuery(PageQuery):
    """Which messages are wanted, and which page of them."""

    state: MessageState | None = None
    kind: MessageKind | None = None
    child_id: UUID | None = None
    about_id: UUID | None = None
    since: AwareDatetime | None = Field(None, description="Only messages entered at this moment or later.")
    until: AwareDatetime | None = Field(None, description="Only messages entered before this moment.")

    def narrow(self, statement: Select[Any]) -> Select[Any]:
        """The narrowed statement."""
        conditions = [
            self.state is None or Message.state == self.state,
            self.kind is None or Message.kind == self.kind,
            self.child_id is None or Message.child_id == self.child_id,
            self.about_id is None or Message.about_id == self.about_id,
            self.since is None or Message.created_at >= self.since,
            self.until is None or Message.created_at < self.until,
        ]
        return statement.where(*(condition for condition in conditions if condition is not True))


class MessageLine(BaseModel):
    """One message without its words."""

    id: UUID
    version: int
    kind: MessageKind
    title: str
    region: str
    channel: MessageChannel
    state: MessageState
    child_id: UUID
    about_id: UUID
    created_at: datetime
    planned_for: datetime
    sent_at: datetime | None
    attempts: int
    reason_code: str | None
    reason: str | None

    @classmethod
    def of(cls, message: Message) -> Self:
        """The line of a ledger row."""
        return cls(
            id=message.id,
            version=message.version,
            kind=message.kind,
            title=message.kind.wording,
            region=message.region,
            channel=message.channel,
            state=message.state,
            child_id=message.child_id,
            about_id=message.about_id,
            created_at=message.created_at,
            planned_for=message.planned_for,
            sent_at=message.sent_at,
            attempts=message.attempts,
            reason_code=message.reason_code,
            reason=REASONS.get(message.reason_code or "", message.reason_code),
        )


class MessageCard(MessageLine):
    """One message with what was said; the words only for whom the policy shows the contact."""

    template_version: str | None = None
    address: str | None = None
    subject: str | None = None
    text: str | None = None


async def list_messages(query: MessageQuery, unit: Unit) -> Page[MessageLine]:
    """The messages the actor may see, latest first."""
    rows, cursor, total = await paginate(unit.session, query.narrow(select(Message)), query, ORDER)
    messages = [row[0] for row in rows]
    shown = [(message.child_id, message.id) for message in messages]
    await unit.audit.listed("message", shown, {FieldGroup.CORE}, Purpose.CONTACT, result_count=len(messages))
    return Page(items=[MessageLine.of(message) for message in messages], next_cursor=cursor, total=total)


async def message_card(message_id: UUID, unit: Unit) -> MessageCard:
    """One message; what was said in it is opened only for whom the policy shows contacts."""
    message = await unit.get(Message, message_id, "message:read")
    groups = unit.policy.visible_groups(unit.actor, "message", message, {Purpose.CONTACT})
    await unit.audit.read("message", message.child_id, groups, Purpose.CONTACT, subject_id=message.id)
    card = MessageCard.of(message).model_copy(update={"template_version": message.template_version})
    letter = await _letter(message, unit) if FieldGroup.CONTACT in groups else None
    if letter is None:
        return card
    return card.model_copy(update=letter)


async def _letter(message: Message, unit: Unit) -> dict[str, str] | None:
    try:
        letter = await open_letter(message, unit)
    except DomainError as error:
        if error.kind is Kind.GONE:
            return None
        raise
    if letter is None:
        return None
    return {"address": letter.address, "subject": letter.words.subject, "text": letter.words.text}
