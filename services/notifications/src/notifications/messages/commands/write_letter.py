"""From facts to a letter: the only place where a name and an address meet the words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID
from zoneinfo import ZoneInfo

from chassis.work import Unit
from contracts.identifiers import MessageChannel
from contracts.intake import EnquiryAnswered
from contracts.notifications import MessageSent
from contracts.personal import Contact, EnquiryAnswer
from contracts.sealed import place, seal, unseal
from sqlalchemy import select

from notifications.channels.letter import Letter
from notifications.messages.commands.plan_message import pack_for
from notifications.messages.letter_data import Facts
from notifications.messages.model import Message, SealedLetter
from notifications.messages.wording import Words
from notifications.preferences.model import Family, Specialist


async def write_letter(
    message: Message, channel: MessageChannel, contact: Contact, where: ZoneInfo, unit: Unit
) -> Letter:
    """The letter of a message, in the pack's words for the channel it leaves by."""
    pack, facts = pack_for(unit, message.region), message.facts
    words = Words(pack, where, await _skills(facts, unit), contact.name, unit.now, await _said(message, facts, unit))
    if channel is MessageChannel.SMS:
        short = pack.library.write_short(message.kind, words.variables(facts))
        return Letter(name=contact.name, address=contact.phone, words=short)
    written = pack.library.write(message.kind, words.variables(facts))
    return Letter(name=contact.name, address=contact.email or "", words=written)


async def seal_letter(letter: Letter, message: Message, family: Family, unit: Unit) -> SealedLetter:
    """The letter as it is kept: under the key of the person it went to, bound to this message."""
    return seal(letter, await unit.keys.get(family.contact.key_id), _place(message.id))


async def open_letter(message: Message, unit: Unit) -> Letter | None:
    """What was said and where it went; None while nothing was. Raises `DomainError` ``person_erased``."""
    if message.letter is None:
        return None
    return unseal(message.letter, Letter, await unit.keys.get(message.letter.key_id), _place(message.id))


def _place(message_id: UUID) -> str:
    return place(MessageSent.fact_name(), "letter", message_id)


async def _said(message: Message, facts: Facts, unit: Unit) -> str:
    if facts.said is None:
        return ""
    key = await unit.keys.get(facts.said.key_id)
    return unseal(facts.said, EnquiryAnswer, key, place(EnquiryAnswered.fact_name(), "answer", message.about_id)).text


async def _skills(facts: Facts, unit: Unit) -> Mapping[UUID, Iterable[str]]:
    named = facts.specialists
    if not named:
        return {}
    known = await unit.session.scalars(select(Specialist).where(Specialist.id.in_(named)))
    return {specialist.id: specialist.skills for specialist in known}
