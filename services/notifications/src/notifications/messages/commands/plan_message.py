"""Planning messages and taking them back. Every subscriber and timer goes through here."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from chassis.work import Unit
from contracts.identifiers import MessageChannel
from sqlalchemy import select

from notifications.kinds import MessageKind
from notifications.messages.letter_data import Facts
from notifications.messages.model import GIVE_UP_AFTER, Message, MessageState
from notifications.pack import RegionPack, pack_of
from notifications.preferences.commands import family_of
from notifications.preferences.model import Family
from notifications.quiet import allowed_from

OUTDATED = "outdated"


async def plan_message(
    unit: Unit,
    child_id: UUID,
    facts: Facts,
    about_id: UUID,
    occasion: str,
    after: timedelta = timedelta(0),
    *,
    channel: MessageChannel = MessageChannel.EMAIL,
) -> Message | None:
    """Enter a message in the ledger, once: the same kind, subject, child and occasion plan nothing more (trap T4).

    None where it stands there already, or the family has withdrawn.
    """
    family = await family_of(unit, child_id)
    same = (Message.kind == facts.kind, Message.about_id == about_id, Message.occasion == occasion)
    if family.withdrawn_at or await unit.session.scalar(select(Message.id).where(Message.child_id == child_id, *same)):
        return None
    message = _new(unit, family, facts, about_id, occasion, unit.now + after, channel)
    unit.session.add(message)
    await unit.session.flush()
    return message


def _new(
    unit: Unit,
    family: Family,
    facts: Facts,
    about_id: UUID,
    occasion: str,
    earliest: datetime,
    channel: MessageChannel,
) -> Message:
    message = Message(
        id=unit.new_id(),
        kind=facts.kind,
        region=family.region,
        territory=family.territory,
        channel=channel,
        state=MessageState.PLANNED,
        person_id=family.representative_id,
        child_id=family.child_id,
        about_id=about_id,
        occasion=occasion,
        organisation_id=family.organisation_id,
        serving_organisation_id=family.serving_organisation_id,
        created_at=unit.now,
        planned_for=sendable_from(facts.kind, earliest, pack_for(unit, family.region), zone_of(unit, family)),
        give_up_at=earliest + GIVE_UP_AFTER,
        correlation_id=unit.correlation_id,
    )
    message.facts = facts
    return message


async def planned_messages(
    unit: Unit, *, child_id: UUID | None = None, about_id: UUID | None = None, kinds: Collection[MessageKind] = ()
) -> Sequence[Message]:
    """Messages that have not been sent, locked, so that the sender waits for what becomes of them."""
    found = select(Message).where(Message.state == MessageState.PLANNED)
    if child_id is not None:
        found = found.where(Message.child_id == child_id)
    if about_id is not None:
        found = found.where(Message.about_id == about_id)
    if kinds:
        found = found.where(Message.kind.in_(kinds))
    locked = found.order_by(Message.created_at, Message.id).with_for_update().execution_options(populate_existing=True)
    return (await unit.session.scalars(locked)).all()


async def take_back(unit: Unit, about_id: UUID, *, but: str) -> None:
    """Cancel what is planned about something that has changed, all but what this very occasion has planned."""
    for message in await planned_messages(unit, about_id=about_id):
        if message.occasion != but:
            message.cancel(OUTDATED)


async def told_before(unit: Unit, about_id: UUID, kind: MessageKind) -> Message | None:
    """The latest message of a kind about something, sent or not."""
    latest = select(Message).where(Message.about_id == about_id, Message.kind == kind)
    return await unit.session.scalar(latest.order_by(Message.created_at.desc(), Message.id.desc()).limit(1))


def sendable_from(kind: MessageKind, moment: datetime, pack: RegionPack, where: ZoneInfo) -> datetime:
    """The moment, or the morning after where it falls into the quiet hours of the family's territory."""
    if kind in pack.rules.not_quiet:
        return moment
    return allowed_from(moment, pack.rules.quiet_hours, where)


def pack_for(unit: Unit, region: str) -> RegionPack:
    """The region's pack."""
    return pack_of(unit.packs, region)


def zone_of(unit: Unit, family: Family) -> ZoneInfo:
    """The time zone the family lives in."""
    return unit.regions[family.region].zone_of(family.territory.rpartition("/")[2])
