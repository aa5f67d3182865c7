"""Outreach opens: from a referral that was accepted, from an extract, or by hand."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from chassis.work import Unit
from sqlalchemy import select, text

from intake.finding.ladder_pack import OutreachPack
from intake.outreach.ladder import Ladder
from intake.outreach.model.found import Found
from intake.outreach.model.outreach import Outreach
from intake.outreach.states import RUNNING, OutreachState

OUTREACH_DUE = "outreach_due"
END_OUTREACH = "end_outreach"
_PENDING = text(
    "SELECT due_at FROM timers WHERE kind = :kind AND subject_id = :subject "
    "AND fired_at IS NULL AND cancelled_at IS NULL"
)


async def start(found: Found, unit: Unit) -> Outreach:
    """Put a found family on the ladder and remember when its work must have started."""
    ladder = Ladder.of(unit.packs.of(OutreachPack, found.region), unit.regions[found.region], found.territory)
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
        Outreach.state.in_([*RUNNING, OutreachState.SURVEYED]),
    )
    found: UUID | None = await unit.session.scalar(same)
    return found


async def remind(organisation_id: UUID, due_at: datetime, unit: Unit) -> None:
    """One timer per operator, at the earliest due time of its families; it is never put off from here."""
    pending = await unit.session.scalar(_PENDING, {"kind": OUTREACH_DUE, "subject": organisation_id})
    if pending is None or due_at < pending:
        await unit.timers.set(OUTREACH_DUE, organisation_id, due_at)
