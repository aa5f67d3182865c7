"""Who sends a referral and who receives it, and the codes of the pack it may name."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.access.tokens import Principal
from chassis.errors import forbidden, invalid
from chassis.work import Unit
from contracts.access import Relation, Role, relations
from contracts.identifiers import FindingWay

from intake.directory.model.directory import Organisation
from intake.directory.queries.organisations import organisation
from intake.finding.packs import age_bands_of
from intake.finding.referrals_pack import ReferralKind, ReferralsPack
from intake.outreach.queries.operators import fallback, operators
from intake.outreach.routing import route
from intake.particulars.ages import age_band
from intake.particulars.checks import known_territory
from intake.referrals.commands.form import RegisterReferral, Signal


@dataclass(frozen=True, slots=True)
class Parties:
    """Who sends and who receives; ``way`` is how the family was found (D3-14)."""

    sender: Organisation | None
    receiver: Organisation
    department: str
    way: FindingWay
    outgoing: bool


async def parties_of(command: RegisterReferral, pack: ReferralsPack, unit: Unit) -> Parties:
    mine = unit.actor.organisation_ids
    sender = await organisation(command.sender_organisation_id, command.region, unit, "sender_organisation_id")
    receiver = await organisation(command.receiver_organisation_id, command.region, unit, "receiver_organisation_id")
    if receiver is None:
        receiver = await _own_or_routed(command, pack, unit)
    outgoing = sender is not None and sender.id in mine and receiver.id not in mine
    _may_register(unit.actor, sender, receiver)
    partner = pack.partner(sender.code if sender and not outgoing else None)
    department = partner.department if partner else command.sender_department or "social"
    if department not in {known.code for known in pack.departments}:
        raise invalid("department_unknown", "sender_department", "Такого ведомства нет.", "No such department.")
    way = FindingWay.BRIGADE if command.found_by_brigade else partner.way if partner else FindingWay.ORGANISATION
    return Parties(sender, receiver, department, way, outgoing)


async def _own_or_routed(command: Signal, pack: ReferralsPack, unit: Unit) -> Organisation:
    region = unit.regions[command.region]
    today = unit.now.astimezone(region.zone).date()
    band = age_band(command.child.birth_date, today, age_bands_of(unit.packs, region.code))
    territory = known_territory(command.territory, region)
    known = await operators(region.code, pack, unit)
    chosen = route(region.code, territory, band, known, fallback(region.code, pack)).organisation_id
    if (
        unit.actor.organisation_ids
        and chosen not in unit.actor.organisation_ids
        and Role.AGENCY not in unit.actor.roles
    ):
        chosen = min(unit.actor.organisation_ids, key=str)
    return await unit.session.get_one(Organisation, chosen)


async def routed(signal: Signal, unit: Unit) -> Organisation:
    """The operator an agency's signal goes to, by the routing rule of the pack."""
    return await _own_or_routed(signal, unit.packs.of(ReferralsPack, signal.region), unit)


def _may_register(actor: Principal, sender: Organisation | None, receiver: Organisation) -> None:
    held = relations(actor.roles, "referral", "register")
    sends = Relation.ORGANISATION in held and sender is not None and sender.id in actor.organisation_ids
    receives = Relation.SERVING in held and receiver.id in actor.organisation_ids
    if not (sends or receives):
        raise forbidden()


def known_kind(code: str, pack: ReferralsPack) -> ReferralKind:
    """The kind of referral of that code."""
    kind = pack.kind(code)
    if kind is None:
        raise invalid(
            "kind_unknown", "kind", "Такого вида обращения нет.", "No such kind.", known=[k.code for k in pack.kinds]
        )
    return kind


def check_reason(which: str, code: str, pack: ReferralsPack) -> None:
    """Refuse a reason that is not of the pack's list."""
    if pack.reason(which, code) is None:  # type: ignore[arg-type]
        known = [reason.code for reason in pack.reasons(which)]  # type: ignore[arg-type]
        raise invalid(
            "reason_unknown", "reason_code", "Выберите причину из списка.", "Choose one of the list.", known=known
        )
