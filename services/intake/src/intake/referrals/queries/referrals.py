"""What can be asked about referrals and extracts."""

from __future__ import annotations

from uuid import UUID

from chassis.errors import not_found
from chassis.http import Order, Page, PageQuery, paginate
from chassis.http.periods import Since, Until, within
from chassis.regions import Packs
from chassis.work import Unit
from contracts.access import GROUND, FieldGroup, Relation
from contracts.identifiers import FindingWay, Purpose
from pydantic import BaseModel
from sqlalchemy import select

from intake.directory.queries.names import names_of
from intake.finding.family import FoundHealth, FoundWords, opened
from intake.finding.ladder_pack import OutreachPack
from intake.finding.queries import FoundHealthView, FoundSocial, contact
from intake.finding.referrals_pack import ReferralsPack, RoadMap
from intake.referrals.model.referral import Referral, ReferralState
from intake.referrals.queries.cards import ReferralCard, ReferralForm, ReferralLine, line, named

_referral = Referral.__table__.c
REFERRALS = Order({n: _referral[n] for n in ("due_at", "received_at", "number", "state")}, _referral["id"], "due_at")


class ReferralFilter(BaseModel):
    """Which referrals a list shows."""

    region: str | None = None
    territory: str | None = None
    state: ReferralState | None = None
    kind: str | None = None
    department: str | None = None
    way: FindingWay | None = None
    number: str | None = None
    outgoing: bool | None = None
    sender_organisation_id: UUID | None = None
    received_since: Since = None
    received_until: Until = None
    due_since: Since = None
    due_until: Until = None


async def referrals(wanted: ReferralFilter, page: PageQuery, unit: Unit) -> Page[ReferralLine]:
    """The referrals the actor sent or received; row security decides which those are."""
    statement = select(Referral).where(unit.policy.reach(unit.actor, "referral:read", Referral))
    for name in ("region", "territory", "state", "kind", "department", "way", "number", "outgoing"):
        if (value := getattr(wanted, name)) is not None:
            statement = statement.where(getattr(Referral, name) == value)
    if wanted.sender_organisation_id:
        statement = statement.where(Referral.organisation_id == wanted.sender_organisation_id)
    statement = statement.where(
        *within(Referral.received_at, wanted.received_since, wanted.received_until),
        *within(Referral.due_at, wanted.due_since, wanted.due_until),
    )
    rows, cursor, total = await paginate(unit.session, statement, page, REFERRALS)
    names = await names_of((id for row in rows for id in named(row[0])), unit)
    items = [ReferralLine(**line(row[0], names, unit.now)) for row in rows]
    return Page(items=items, next_cursor=cursor, total=total)


async def referral_line(referral: Referral, unit: Unit) -> ReferralLine:
    """A referral as lists show it."""
    return ReferralLine(**line(referral, await names_of(named(referral), unit), unit.now))


async def referral_card(referral_id: UUID, unit: Unit) -> ReferralCard:
    """One referral; the reading is recorded."""
    return await card(await unit.get(Referral, referral_id, "referral:read"), unit)


async def card(referral: Referral, unit: Unit) -> ReferralCard:
    """The card for the actor: the sender reads what it sent, the receiver what the ground opens."""
    await unit.session.flush()
    held = unit.policy.relations_of(unit.actor, referral)
    sent_by_me = Relation.ORGANISATION in held
    grounds = frozenset(GROUND.values()) if sent_by_me else referral.grounds
    granted = unit.policy.visible_groups(unit.actor, "referral", referral, frozenset(GROUND.values()))
    groups = unit.policy.visible_groups(unit.actor, "referral", referral, grounds)
    if not sent_by_me:
        let_out = frozenset() if referral.ground_ended_at else frozenset(map(FieldGroup, referral.groups))
        groups &= let_out | {FieldGroup.CORE}
    await unit.audit.read("referral", referral.child_id, groups, Purpose.CONTACT, subject_id=referral.id)
    shown = await _opened(referral, groups, unit)
    return ReferralCard(
        **line(referral, await names_of(named(referral), unit), unit.now),
        child_id=referral.child_id,
        ground_ended_at=referral.ground_ended_at,
        withheld=sorted(granted - groups),
        **shown,
    )


async def _opened(referral: Referral, groups: frozenset[FieldGroup], unit: Unit) -> dict[str, BaseModel]:
    shown: dict[str, BaseModel] = {}
    if FieldGroup.CONTACT in groups:
        shown["contact"] = await contact(referral, unit)
    key = await unit.keys.get(referral.child_id) if groups - {FieldGroup.CORE} else None
    if key and FieldGroup.SOCIAL in groups:
        shown["social"] = FoundSocial(**opened(referral.words, FoundWords, key).model_dump())
    if key and FieldGroup.HEALTH in groups:
        shown["health"] = FoundHealthView.of(opened(referral.health, FoundHealth, key), referral.protocol_on)
    return shown


def referral_form(region: str, packs: Packs) -> ReferralForm:
    """The dictionaries of a region's referrals and ladder (D3-23); 404 for no region."""
    pack = packs.find(ReferralsPack, region)
    if pack is None:
        raise not_found()
    return ReferralForm.of(pack, packs.find(OutreachPack, region))


def road_map(region: str, packs: Packs) -> RoadMap:
    """The interagency road map of a region: orders with dates, who does what by when (D2-06); 404 for no region."""
    pack = packs.find(ReferralsPack, region)
    if pack is None:
        raise not_found()
    return pack.road_map
