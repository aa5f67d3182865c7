"""Due times of enquiries follow the calendar after a start."""

from __future__ import annotations

from chassis.regions import Region
from chassis.work import Runtime, Unit

from intake.calendar_changes import Kept, follow
from intake.enquiries.commands import pass_time
from intake.enquiries.model.enquiry import Enquiry
from intake.enquiries.pack import EnquiriesPack
from intake.enquiries.states import EnquiryState


async def recompute_due_times(runtime: Runtime) -> None:
    """After a start with another calendar or other terms, running due times are computed again."""
    packs = runtime.packs.all(EnquiriesPack)

    async def move(enquiry: Enquiry, region: Region, unit: Unit) -> None:
        await pass_time.recompute(enquiry, region, packs[region.code], unit)

    terms = {code: (pack.terms.answer, pack.terms.complaint) for code, pack in packs.items()}
    waiting = Enquiry.given_at.is_(None) & (Enquiry.state != EnquiryState.CLOSED)
    await follow(runtime, Kept("enquiries", terms, Enquiry, waiting, move))
