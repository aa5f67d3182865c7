"""A referral of an agency's own system: a signed message, taken once however often it comes (D2-07)."""

from __future__ import annotations

from chassis.work import Unit
from contracts.identifiers import FindingWay

from intake.agencies.commands.verify_message import SignedMessage, remember
from intake.directory.queries.organisations import organisation
from intake.finding.grounds import EVERYTHING
from intake.finding.referrals_pack import ReferralsPack
from intake.referrals.commands.answer_referral import INCOMING, file
from intake.referrals.commands.form import AgencySignal
from intake.referrals.model.referral import Referral
from intake.referrals.queries import parties
from intake.referrals.queries.parties import Parties


async def submit_signal(command: AgencySignal, message: SignedMessage, unit: Unit) -> tuple[Referral, bool]:
    """The referral of a message, and whether the message made it just now."""
    if message.subject_id is not None:
        return await unit.session.get_one(Referral, message.subject_id), False
    both = await _parties(command, message, unit)
    referral = await file(command, both, unit, ground=INCOMING, groups=EVERYTHING, by_api=True)
    remember(message, referral.id, unit)
    return referral, True


async def _parties(command: AgencySignal, message: SignedMessage, unit: Unit) -> Parties:
    """The agency the secret belongs to, and the operator the routing rule of the pack names."""
    sender = await organisation(message.endpoint.organisation_id, command.region, unit)
    partner = unit.packs.of(ReferralsPack, command.region).partner(sender.code if sender else None)
    return Parties(
        sender,
        await parties.routed(command, unit),
        partner.department if partner else "social",
        partner.way if partner else FindingWay.ORGANISATION,
        outgoing=False,
    )
