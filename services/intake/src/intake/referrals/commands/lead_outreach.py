"""What a referral sets going in outreach, and what ends with it."""

from __future__ import annotations

from uuid import UUID

from chassis.work import Unit
from sqlalchemy import select

from intake.extracts.model import ExtractStanding, IpraExtract
from intake.finding.ladder_pack import OutreachPack
from intake.outreach.commands.start_outreach import running_for, start
from intake.outreach.model.found import Found
from intake.outreach.model.outreach import Outreach
from intake.outreach.queries.finders import Finders
from intake.outreach.states import ALLOWED
from intake.referrals.model.referral import Referral, ReferralState


async def open_outreach(referral: Referral, unit: Unit) -> UUID:
    """Outreach for the family of a referral; the running one where the operator is at it already."""
    running = await running_for(referral.serving_organisation_id, referral.person_digest, unit)
    if running is not None:
        return running
    finders = await Finders.of([referral.serving_organisation_id], unit)
    found = Found(
        id=unit.new_id(),
        region=referral.region,
        territory=referral.territory,
        organisation_id=referral.serving_organisation_id,
        responsible_id=finders.next(referral.serving_organisation_id),
        child_id=referral.child_id,
        representative_id=referral.representative_id,
        person_digest=referral.person_digest,
        age_band=referral.age_band,
        way=referral.way,
        origin_id=referral.id,
        ground=referral.ground,
        found_at=referral.received_at,
        child=referral.child,
        family=referral.family,
        words=referral.words,
    )
    outreach = await start(found, unit)
    return outreach.id


async def end_revoked(referral_id: UUID, unit: Unit) -> None:
    """The sender took its referral back: a ladder begun for it ends, one that others ask for too goes on."""
    referral = await unit.session.get_one(Referral, referral_id)
    begun = select(Outreach).where(
        Outreach.organisation_id == referral.serving_organisation_id,
        Outreach.person_digest == referral.person_digest,
        Outreach.origin_id.is_not(None),
        Outreach.state.in_(ALLOWED["break_off"]),
    )
    for outreach in await unit.session.scalars(begun.with_for_update()):
        if not await _asked_for_by_others(outreach, unit):
            outreach.break_off(unit.packs.of(OutreachPack, referral.region).when_revoked, unit.now)


async def _asked_for_by_others(outreach: Outreach, unit: Unit) -> bool:
    same_child = Referral.person_digest == outreach.person_digest
    accepted = select(Referral.id).where(
        same_child,
        Referral.serving_organisation_id == outreach.organisation_id,
        Referral.state == ReferralState.ACCEPTED,
    )
    in_force = select(IpraExtract.id).where(
        IpraExtract.outreach_id == outreach.id, IpraExtract.state == ExtractStanding.IN_FORCE
    )
    return bool(await unit.session.scalar(select(accepted.exists() | in_force.exists())))
