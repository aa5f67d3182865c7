"""What can be done with referrals: file, answer, take back, finish."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from chassis.errors import DomainError, Kind, invalid
from chassis.work import Unit
from contracts.access import FieldGroup, relations
from contracts.identifiers import Code
from sqlalchemy import select

from intake.agencies.model import Callback
from intake.directory.pack import OrganisationRole
from intake.directory.queries.agreements import require_agreement
from intake.finding.family import FoundHealth, FoundWords, person_digest, shut, shut_if_any
from intake.finding.grounds import EVERYTHING, check_covered, outgoing_groups
from intake.finding.packs import age_bands_of, measures_of
from intake.finding.referrals_pack import CONSENT, ReferralsPack
from intake.finding.requests import check_measures
from intake.outreach.commands.start_outreach import END_OUTREACH
from intake.particulars.ages import age_band
from intake.particulars.checks import CLOCK_SKEW, check_birth_date, known_territory
from intake.particulars.examples import shown
from intake.particulars.numbers import next_number
from intake.particulars.phone import normalised
from intake.particulars.requests import Strict
from intake.referrals.commands.form import RegisterReferral, Signal
from intake.referrals.commands.lead_outreach import open_outreach
from intake.referrals.model.referral import Referral, ReferralState, Told
from intake.referrals.queries.consents import require_standing
from intake.referrals.queries.parties import Parties, check_reason, known_kind, parties_of
from intake.terms import computed

ANSWER_DUE = "referral_answer_due"
INCOMING = "incoming-signal"
OLDEST = timedelta(days=31)
"""How long ago a letter may have come that is written down only now."""


class Decline(Strict):
    model_config = shown(reason_code="other_territory")

    reason_code: Code


class Revoke(Strict):
    model_config = shown(reason_code="by_mistake")

    reason_code: Code


class Complete(Strict):
    model_config = shown(result_code="help_given")

    result_code: Code


async def register_referral(command: RegisterReferral, unit: Unit) -> Referral:
    """Staff file a referral. An incoming one is never refused for want of an agreement (D0-10, D3-26)."""
    pack = unit.packs.of(ReferralsPack, command.region)
    parties = await parties_of(command, pack, unit)
    groups, ground = EVERYTHING, INCOMING
    if parties.outgoing:
        await _check_agreed(parties, unit)
        today = unit.now.astimezone(unit.regions[command.region].zone).date()
        receiver = pack.partner(parties.receiver.code)
        department = receiver.department if receiver else parties.department
        groups = outgoing_groups(command.ground, command.consent, command.kind, department, pack, today)
        if command.ground == CONSENT and command.consent and command.consent.consent_id:
            await require_standing(command.consent.consent_id, unit)
        ground = command.ground or ""
        told = {
            FieldGroup.CONTACT: command.child,
            FieldGroup.SOCIAL: command.need or command.measures,
            FieldGroup.HEALTH: command.diagnosis or command.protocol_on,
        }
        check_covered(told, groups)
    return await file(
        command, parties, unit, ground=ground, groups=groups, received_at=_arrival(command, parties, unit)
    )


def _arrival(command: RegisterReferral, parties: Parties, unit: Unit) -> datetime:
    """When it reached us: at most ``OLDEST`` ago, and what we send leaves now."""
    arrived = command.received_at or unit.now
    if not unit.now - OLDEST <= arrived <= unit.now + CLOCK_SKEW or (parties.outgoing and command.received_at):
        raise invalid("time_impossible", "received_at", "Такое время получения невозможно.", "An impossible time.")
    return arrived


async def _check_agreed(parties: Parties, unit: Unit) -> None:
    """A request to a co-executor rests on an agreement (D3-07)."""
    if parties.sender and OrganisationRole.CO_EXECUTOR in parties.receiver.roles:
        await require_agreement(parties.sender.id, parties.receiver.id, unit)


async def file(
    signal: Signal,
    parties: Parties,
    unit: Unit,
    *,
    ground: str,
    groups: frozenset[FieldGroup],
    by_api: bool = False,
    received_at: datetime | None = None,
) -> Referral:
    """Enter a referral between two known parties and let its answer term run."""
    pack, region = unit.packs.of(ReferralsPack, signal.region), unit.regions[signal.region]
    kind, territory = known_kind(signal.kind, pack), known_territory(signal.territory, region)
    today = unit.now.astimezone(region.zone_of(territory.partition("/")[2] or None)).date()
    check_birth_date(signal.child.birth_date, today)
    if signal.protocol_on and signal.protocol_on > today:
        raise invalid("protocol_in_future", "protocol_on", "Эта дата ещё не наступила.", "That day is still to come.")
    check_measures(signal.measures, measures_of(unit.packs, region.code))
    phone = normalised(signal.family.phone) if signal.family.phone else None
    child_key = await unit.keys.create(unit.new_id())
    family_key = await unit.keys.create(unit.new_id())
    child, consent = signal.child.record(), getattr(signal, "consent", None)
    number = await next_number(unit.session, f"{region.code}/referrals", pack.number_prefix, unit.now, region.zone)
    told = Told(
        id=signal.id or unit.new_id(),
        number=number,
        region=region.code,
        territory=territory,
        kind=kind.code,
        department=parties.department,
        way=parties.way,
        branch=kind.branch,
        organisation_id=parties.sender.id if parties.sender else None,
        serving_organisation_id=parties.receiver.id,
        outgoing=parties.outgoing,
        by_api=by_api,
        ground=ground,
        groups=sorted(groups),
        consent=consent.model_dump(mode="json") if consent else None,
        consent_id=consent.consent_id if consent else None,
        protocol_on=signal.protocol_on,
        child_id=child_key.person_id,
        representative_id=family_key.person_id,
        person_digest=person_digest(child, unit.settings.key_encryption_key),
        age_band=age_band(child.birth_date, today, age_bands_of(unit.packs, region.code)),
        received_at=received_at or unit.now,
        child=shut(child, child_key),
        family=shut(signal.family.record(phone), family_key),
        words=shut_if_any(FoundWords(need=signal.need, measures=tuple(signal.measures)), child_key),
        health=shut_if_any(FoundHealth(diagnosis=signal.diagnosis), child_key),
    )
    due = computed(pack.terms.answer, told.received_at, region, territory)
    referral = Referral.receive(told, due)
    unit.session.add(referral)
    await unit.session.flush()
    await unit.timers.set(ANSWER_DUE, referral.id, due.due_at)
    return referral


async def accept(referral_id: UUID, unit: Unit) -> Referral:
    """The receiver takes the referral on; a signal about a family opens outreach, counted from its arrival (D3-15)."""
    referral = await unit.get(Referral, referral_id, "referral:accept", under=True)
    outreach_id = None
    # A receiver that does no outreach of its own, such as another agency, only takes the referral on.
    finds = bool(relations(unit.actor.roles, "outreach", "open")) and not referral.outgoing
    if finds and known_kind(referral.kind, unit.packs.of(ReferralsPack, referral.region)).opens_outreach:
        outreach_id = await open_outreach(referral, unit)
    referral.accept(unit.now, outreach_id)
    await settled(referral, unit)
    return referral


async def decline(referral_id: UUID, command: Decline, unit: Unit) -> Referral:
    """The receiver declines; the sender sees the reason at once (T13)."""
    referral = await unit.get(Referral, referral_id, "referral:decline", under=True)
    check_reason("decline", command.reason_code, unit.packs.of(ReferralsPack, referral.region))
    referral.decline(command.reason_code, unit.now)
    await settled(referral, unit)
    return referral


async def revoke(referral_id: UUID, command: Revoke, unit: Unit) -> Referral:
    """The sender takes the referral back; the receiver sees it at once (T13)."""
    referral = await unit.get(Referral, referral_id, "referral:revoke", under=True)
    check_reason("revoke", command.reason_code, unit.packs.of(ReferralsPack, referral.region))
    begun = referral.state is ReferralState.ACCEPTED
    referral.revoke(command.reason_code, unit.now)
    await settled(referral, unit)
    if begun:
        # the worker does it: what the receiver has begun is not the sender's to change
        await unit.timers.set(END_OUTREACH, referral.id, unit.now)
    return referral


async def complete(referral_id: UUID, command: Complete, unit: Unit) -> Referral:
    """The receiver has done what was asked."""
    referral = await unit.get(Referral, referral_id, "referral:complete", under=True)
    check_reason("result", command.result_code, unit.packs.of(ReferralsPack, referral.region))
    referral.complete(command.result_code, unit.now)
    await settled(referral, unit)
    return referral


class RelayAnswer(Strict):
    """The answer of a receiver without an account here, as its letter says: entered by the sender's staff."""

    model_config = shown(answer="declined", code="other_territory")

    answer: ReferralState
    code: Code | None = None


async def relay_answer(referral_id: UUID, command: RelayAnswer, unit: Unit) -> Referral:
    """Enter the receiver's answer for it; only to referrals we have sent."""
    referral = await unit.get(Referral, referral_id, "referral:relay", under=True)
    if not referral.outgoing:
        raise DomainError(
            "not_outgoing",
            Kind.CONFLICT,
            ru="Ответ вносят только за получателя обращения, которое отправили мы.",
            en="An answer is entered for the receiver of a referral we have sent only.",
        )
    pack, code = unit.packs.of(ReferralsPack, referral.region), command.code or ""
    match command.answer:
        case ReferralState.ACCEPTED:
            referral.accept(unit.now, None)
        case ReferralState.DECLINED:
            check_reason("decline", code, pack)
            referral.decline(code, unit.now)
        case ReferralState.DONE:
            check_reason("result", code, pack)
            referral.complete(code, unit.now)
        case _:
            raise invalid("answer_unsuitable", "answer", "Ответ: accepted, declined или done.", "Not an answer.")
    await settled(referral, unit)
    return referral


async def settled(referral: Referral, unit: Unit) -> None:
    """Whoever sent by an own system is told of the new state; an answered term no longer runs."""
    await unit.timers.cancel(ANSWER_DUE, referral.id)
    if not referral.by_api or referral.organisation_id is None:
        return
    unit.session.add(
        Callback(
            id=unit.new_id(),
            region=referral.region,
            organisation_id=referral.organisation_id,
            referral_id=referral.id,
            state=referral.state,
            version=referral.version,
            created_at=unit.now,
            next_try_at=unit.now,
        )
    )


async def escalate(referral_id: UUID, now: datetime, unit: Unit) -> None:
    """The answer term has passed: tell it once, for lists, reports and messages."""
    found = await unit.session.scalar(select(Referral).where(Referral.id == referral_id).with_for_update())
    if found is not None:
        found.escalate(now)
