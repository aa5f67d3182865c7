"""What happens to enquiries by time and by facts from elsewhere; done by the worker."""

from __future__ import annotations

import hashlib
import json
from uuid import UUID

from chassis.errors import not_found
from chassis.regions import Region
from chassis.unit import Unit
from contracts.identifiers import EnquiryChannel, MessageChannel
from sqlalchemy import select
from workdays import Standing

from intake.applications.commands.watch import BATCH, CalendarPrint
from intake.enquiries.commands.register import DUE, term_of
from intake.enquiries.model import Enquiry
from intake.enquiries.pack import EnquiriesPack
from intake.enquiries.states import Delivery, State

_TOLD_BY = {MessageChannel.SMS: EnquiryChannel.SMS, MessageChannel.PHONE: EnquiryChannel.PHONE}


async def escalate(enquiry_id: UUID, unit: Unit) -> None:
    """The due time has passed without an answer: note when, so that lists show it."""
    enquiry = await locked(enquiry_id, unit)
    if enquiry.given_at is None and enquiry.standing(unit.now) is Standing.OVERDUE:
        enquiry.escalated_at = unit.now


async def note_sent(enquiry_id: UUID, channel: MessageChannel, unit: Unit) -> None:
    """A channel has taken the answer, or somebody says that the person was told by another one."""
    enquiry = await unit.session.get(Enquiry, enquiry_id, with_for_update=True, populate_existing=True)
    if enquiry is not None and enquiry.state is State.ANSWERED and enquiry.delivery is Delivery.SENDING:
        enquiry.told(_TOLD_BY.get(channel, EnquiryChannel.EMAIL), unit.now)
        await unit.timers.cancel(DUE, enquiry.id)


async def note_failed(enquiry_id: UUID, unit: Unit) -> None:
    """The answer did not go out: it waits in the worklist for a call."""
    enquiry = await unit.session.get(Enquiry, enquiry_id, with_for_update=True, populate_existing=True)
    if enquiry is not None:
        enquiry.not_delivered()


async def calendar_changed(region: Region, pack: EnquiriesPack, unit: Unit) -> bool:
    """Whether the calendar or terms differ from those the due times were computed with."""
    known = await unit.session.get(CalendarPrint, _name(region))
    return known is None or known.fingerprint != fingerprint(region, pack)


async def calendar_applied(region: Region, pack: EnquiriesPack, unit: Unit) -> None:
    """Every due time of the region now follows this calendar."""
    row = CalendarPrint(region=_name(region), fingerprint=fingerprint(region, pack), computed_at=unit.now)
    await unit.session.merge(row)


async def recompute(region: Region, pack: EnquiriesPack, after: UUID | None, unit: Unit) -> UUID | None:
    """Compute the running due times of the next enquiries again; the last one looked at, None when all are done."""
    statement = (
        select(Enquiry)
        .where(Enquiry.region == region.code, Enquiry.given_at.is_(None), Enquiry.state != State.CLOSED)
        .order_by(Enquiry.id)
        .limit(BATCH)
        .with_for_update()
    )
    page = (await unit.session.scalars(statement if after is None else statement.where(Enquiry.id > after))).all()
    for enquiry in page:
        found = term_of(pack, enquiry.complaint, enquiry.due_since, region, enquiry.territory)
        if enquiry.move_due(found, unit.now):
            await unit.timers.set(DUE, enquiry.id, enquiry.due_at)
    return page[-1].id if len(page) == BATCH else None


def fingerprint(region: Region, pack: EnquiriesPack) -> str:
    """What the due times of a region depend on, in one digest."""
    years = sorted(region.calendar.years.values(), key=lambda year: year.year)
    basis = {
        "years": [[year.year, str(year.decree), str(year.transfers), str(sorted(year.short_days))] for year in years],
        "extra": sorted(str(day) for day in region.calendar_extra),
        "zones": [region.time_zone, *(territory.time_zone for territory in region.territories)],
        "hours": region.office_hours.to_json(),
        "terms": [pack.terms.answer.to_json(), pack.terms.complaint.to_json()],
    }
    return hashlib.sha256(json.dumps(basis, sort_keys=True).encode()).hexdigest()


async def locked(enquiry_id: UUID, unit: Unit) -> Enquiry:
    """The enquiry under a row lock."""
    found = await unit.session.get(Enquiry, enquiry_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise not_found()
    return found


def _name(region: Region) -> str:
    return f"{region.code}/enquiries"
