"""What can be done on the ladder: call, visit, write, skip with a reason, meet, lead to an application."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from chassis.errors import DomainError, Kind, invalid, not_found
from chassis.work import Unit
from contracts.identifiers import ContactOutcome, ContactStep, DeliveryMode
from contracts.intake import OutreachStepOpened
from contracts.personal import Address, Contact
from contracts.sealed import place, seal

from intake.finding.family import FoundFamily, FoundWords, opened, person_digest, shut
from intake.finding.ladder_pack import OutreachPack
from intake.finding.packs import age_bands_of, measures_of
from intake.finding.requests import check_measures
from intake.outreach.commands.form import (
    DoStage,
    Held,
    LetterCame,
    OpenOutreach,
    PostLetter,
    RecordContact,
    Survey,
    WithReason,
)
from intake.outreach.commands.start_outreach import remind, running_for, start
from intake.outreach.ladder import Ladder, Meeting, Travel
from intake.outreach.model.found import Found
from intake.outreach.model.outreach import Outreach
from intake.outreach.model.steps import Attempt, Letter, StageDone
from intake.particulars.ages import age_band
from intake.particulars.checks import CLOCK_SKEW, check_birth_date, known_territory
from intake.particulars.phone import normalised
from intake.particulars.requests import acting_person

PERSONAL_REQUEST = "incoming-signal"


async def open_by_hand(command: OpenOutreach, unit: Unit) -> Outreach:
    """Put a family on the ladder that no referral or extract told of."""
    unit.policy.require(unit.actor, "outreach:open")
    if command.organisation_id not in unit.actor.organisation_ids:
        raise not_found()
    unit.packs.of(OutreachPack, command.region)
    region = unit.regions[command.region]
    territory = known_territory(command.territory, region)
    today = unit.now.astimezone(region.zone_of(territory.partition("/")[2] or None)).date()
    check_birth_date(command.child.birth_date, today)
    phone = normalised(command.family.phone) if command.family.phone else None
    child = command.child.record()
    digest = person_digest(child, unit.settings.key_encryption_key)
    if await running_for(command.organisation_id, digest, unit) is not None:
        raise DomainError(
            "already_running", Kind.CONFLICT, ru="С этой семьёй уже работают.", en="At work already.", field="child"
        )
    child_key, family_key = await unit.keys.create(unit.new_id()), await unit.keys.create(unit.new_id())
    found = Found(
        id=command.id or unit.new_id(),
        region=region.code,
        territory=territory,
        organisation_id=command.organisation_id,
        responsible_id=acting_person(unit),
        child_id=child_key.person_id,
        representative_id=family_key.person_id,
        person_digest=digest,
        age_band=age_band(child.birth_date, today, age_bands_of(unit.packs, region.code)),
        way=command.way,
        origin_id=None,
        ground=PERSONAL_REQUEST,
        found_at=unit.now,
        child=shut(child, child_key),
        family=shut(command.family.record(phone), family_key),
        words=None,
    )
    return await start(found, unit)


async def working(outreach_id: UUID, unit: Unit) -> Outreach:
    """The outreach to work on, under its lock."""
    return await unit.get(Outreach, outreach_id, "outreach:work", under=True)


def ladder_of(outreach: Outreach, unit: Unit) -> Ladder:
    return Ladder.of(unit.packs.of(OutreachPack, outreach.region), unit.regions[outreach.region], outreach.territory)


async def record_contact(outreach_id: UUID, means: ContactStep, command: RecordContact, unit: Unit) -> Outreach:
    """Record a call or visit; the next step opens by itself when this one is exhausted."""
    outreach = await working(outreach_id, unit)
    at = command.at or unit.now
    if not outreach.found_at - CLOCK_SKEW <= at <= unit.now + CLOCK_SKEW:
        raise invalid("contact_time_impossible", "at", "Время контакта невозможно.", "Impossible time of contact.")
    pack = unit.packs.of(OutreachPack, outreach.region)
    if command.reason_code and command.reason_code not in {reason.code for reason in pack.refusal_reasons}:
        raise _unknown_reason([reason.code for reason in pack.refusal_reasons])
    made = Attempt(
        id=unit.new_id(),
        outreach_id=outreach.id,
        means=means,
        outcome=command.outcome,
        attempted_at=at,
        attempted_by=acting_person(unit),
        next_try_at=_later(command.next_try_at, at, "next_try_at"),
    )
    meets_at = _later(command.meets_at, at, "meets_at")
    meeting = Meeting(meets_at, command.place) if meets_at else None
    ladder = ladder_of(outreach, unit)
    outreach.attempt(made, ladder, await _travel(outreach, unit), meeting, command.reason_code)
    await remind(outreach.organisation_id, outreach.due_at, unit)
    return outreach


async def post_letter(outreach_id: UUID, command: PostLetter, unit: Unit) -> Outreach:
    """Enter a letter that was handed to the post, with the tracking number of its receipt (D3-20)."""
    outreach = await working(outreach_id, unit)
    _check_day(command.posted_on, outreach, "posted_on", unit)
    letter = Letter(
        id=unit.new_id(),
        outreach_id=outreach.id,
        tracking_number=command.tracking_number,
        posted_on=command.posted_on,
        posted_by=acting_person(unit),
    )
    outreach.post_letter(letter, unit.now, ladder_of(outreach, unit))
    await remind(outreach.organisation_id, outreach.due_at, unit)
    return outreach


async def letter_came(outreach_id: UUID, letter_id: UUID, command: LetterCame, unit: Unit) -> Outreach:
    """Enter what the post says of a letter: delivered or returned."""
    outreach = await working(outreach_id, unit)
    letter = await unit.session.get(Letter, letter_id, with_for_update=True)
    if letter is None or letter.outreach_id != outreach.id:
        raise not_found()
    if command.outcome not in {ContactOutcome.DELIVERED, ContactOutcome.RETURNED} or command.on < letter.posted_on:
        raise invalid(
            "letter_outcome_unsuitable",
            "outcome",
            "Итог письма: доставлено или возвращено, не раньше отправки.",
            "Delivered or returned, not before it was posted.",
        )
    _check_day(command.on, outreach, "on", unit)
    outreach.letter_came(letter, command.outcome, command.on, unit.now)
    return outreach


async def skip(outreach_id: UUID, command: WithReason, unit: Unit) -> Outreach:
    """Pass over the present step with a reason of the pack; it stays visible with its reason."""
    outreach = await working(outreach_id, unit)
    pack, step = unit.packs.of(OutreachPack, outreach.region), outreach.current.step
    if pack.skip_reason(command.reason_code, step) is None:
        raise _unknown_reason([reason.code for reason in pack.skip_reasons if step in reason.steps])
    outreach.skip(command.reason_code, unit.now, ladder_of(outreach, unit), await _travel(outreach, unit))
    await remind(outreach.organisation_id, outreach.due_at, unit)
    return outreach


async def break_off(outreach_id: UUID, command: WithReason, unit: Unit) -> Outreach:
    """End the ladder early with a reason of the pack."""
    outreach = await working(outreach_id, unit)
    known = [reason.code for reason in unit.packs.of(OutreachPack, outreach.region).break_reasons]
    if command.reason_code not in known:
        raise _unknown_reason(known)
    outreach.break_off(command.reason_code, unit.now)
    return outreach


async def hold_meeting(outreach_id: UUID, command: Held, unit: Unit) -> Outreach:
    """The meeting took place; the survey is due the same day (D3-21)."""
    outreach = await working(outreach_id, unit)
    at = command.at or unit.now
    if at > unit.now + CLOCK_SKEW or (outreach.decided_at and at < outreach.decided_at):
        raise invalid("meeting_time_impossible", "at", "Время встречи невозможно.", "Impossible time of meeting.")
    outreach.meet(at, outreach.place or DeliveryMode.ORGANISATION, ladder_of(outreach, unit))
    await remind(outreach.organisation_id, outreach.due_at, unit)
    return outreach


async def miss_meeting(outreach_id: UUID, unit: Unit) -> Outreach:
    """The family did not come: the ladder begins again with a call."""
    outreach = await working(outreach_id, unit)
    outreach.miss(unit.now, ladder_of(outreach, unit))
    await remind(outreach.organisation_id, outreach.due_at, unit)
    return outreach


async def enter_survey(outreach_id: UUID, command: Survey, unit: Unit) -> Outreach:
    """Enter the survey of the meeting: what the family needs, sealed (D3-21)."""
    outreach = await working(outreach_id, unit)
    check_measures(command.measures, measures_of(unit.packs, outreach.region))
    key = await unit.keys.get(outreach.child_id)
    told = opened(outreach.words, FoundWords, key)
    words = FoundWords(need=command.need or told.need, measures=tuple(command.measures))
    outreach.survey(shut(words, key), unit.now, ladder_of(outreach, unit))
    return outreach


async def do_stage(outreach_id: UUID, command: DoStage, unit: Unit) -> Outreach:
    """Tick one of the seven stages of finding (D3-43)."""
    outreach = await working(outreach_id, unit)
    known = [stage.code for stage in unit.packs.of(OutreachPack, outreach.region).stages]
    if command.stage not in known:
        raise invalid("stage_unknown", "stage", "Такого этапа нет.", "No such stage.", known=known)
    if await unit.session.get(StageDone, (outreach.id, command.stage)) is None:
        done = StageDone(outreach_id=outreach.id, stage=command.stage, done_at=unit.now, done_by=acting_person(unit))
        outreach.stage(done)
    return outreach


async def _travel(outreach: Outreach, unit: Unit) -> Travel:
    """Whom to ask for and where to go, sealed for the fact that tells of the next step."""
    key = await unit.keys.get(outreach.representative_id)
    family = opened(outreach.family, FoundFamily, key)
    fact = OutreachStepOpened.fact_name()
    contact = Contact(name=family.name, phone=family.phone or "", email=family.email)
    address = Address(text=family.address) if family.address else None
    return Travel(
        seal(contact, key, place(fact, "contact", outreach.id)),
        seal(address, key, place(fact, "address", outreach.id)) if address else None,
    )


def _later(given: datetime | None, at: datetime, field: str) -> datetime | None:
    if given is not None and given < at:
        raise invalid("time_in_past", field, "Это время уже прошло.", "That time has passed.")
    return given


def _check_day(day: date, outreach: Outreach, field: str, unit: Unit) -> None:
    zone = unit.regions[outreach.region].zone_of(outreach.territory.partition("/")[2] or None)
    if not outreach.found_at.astimezone(zone).date() <= day <= unit.now.astimezone(zone).date():
        raise invalid("day_impossible", field, "Такой день невозможен.", "An impossible day.")


def _unknown_reason(known: list[str]) -> DomainError:
    return invalid(
        "reason_unknown", "reason_code", "Выберите причину из списка.", "Choose one of the list.", known=known
    )
