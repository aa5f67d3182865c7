"""Outreach opens: from a referral that was accepted, from an extract, or by hand."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from chassis.work import Unit
from sqlalchemy import select, text

from intake.finding.packs import Finding
from intake.outreach.found import Found
from intake.outreach.ladder import Ladder
from intake.outreach.model import Outreach
from intake.outreach.operators import Finders
from intake.outreach.states import RUNNING, State
from intake.referrals.model import Referral

OUTREACH_DUE = "outreach_due"
END_OUTREACH = "end_outreach"
_PENDING = text(
    "SELECT due_at FROM timers WHERE kind = :kind AND subject_id = :subject "
    "AND fired_at IS NULL AND cancelled_at IS NULL"
)


async def open_outreach(referral: Referral, packs: Finding, unit: Unit) -> UUID:
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
    outreach = await start(found, packs, unit)
    return outreach.id


async def start(found: Found, packs: Finding, unit: Unit) -> Outreach:
    """Put a found family on the ladder and remember when its work must have started."""
    ladder = Ladder.of(packs.ladder(found.region), unit.regions[found.region], found.territory)
    outreach = Outreach.open(found, ladder)
    unit.session.add(outreach)
    await unit.session.flush()
    await remind(outreach.organisation_id, outreach.due_at, unit)
    return outreach


async def running_for(organisation_id: UUID, person_digest: str, unit: Unit) -> UUID | None:
    """The operator's running outreach to the same child, if there is one."""
    same = select(Outreach.id).where(
        Outreach.organisation_id == organisation_id,
        Outreach.person_digest == person_digest,
        Outreach.state.in_([*RUNNING, State.SURVEYED]),
    )
    found: UUID | None = await unit.session.scalar(same)
    return found


async def remind(organisation_id: UUID, due_at: datetime, unit: Unit) -> None:
    """One timer per operator, at the earliest due time of its families; it is never put off from here."""
    pending = await unit.session.scalar(_PENDING, {"kind": OUTREACH_DUE, "subject": organisation_id})
    if pending is None or due_at < pending:
        await unit.timers.set(OUTREACH_DUE, organisation_id, due_at)
