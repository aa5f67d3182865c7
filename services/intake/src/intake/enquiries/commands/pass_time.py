"""What happens to enquiries by time and by facts from elsewhere; done by the worker."""

from __future__ import annotations

from uuid import UUID

from chassis.errors import not_found
from chassis.regions import Region
from chassis.work import Unit
from contracts.identifiers import EnquiryChannel, MessageChannel
from workdays import Standing

from intake.enquiries.commands.register import DUE, term_of
from intake.enquiries.model.enquiry import Enquiry
from intake.enquiries.pack import EnquiriesPack
from intake.enquiries.states import Delivery, EnquiryState

_TOLD_BY = {MessageChannel.SMS: EnquiryChannel.SMS, MessageChannel.PHONE: EnquiryChannel.PHONE}


async def escalate(enquiry_id: UUID, unit: Unit) -> None:
    """The due time has passed without an answer: note when, so that lists show it."""
    enquiry = await locked(enquiry_id, unit)
    if enquiry.given_at is None and enquiry.standing(unit.now) is Standing.OVERDUE:
        enquiry.escalated_at = unit.now


async def note_sent(enquiry_id: UUID, channel: MessageChannel, unit: Unit) -> None:
    """A channel has taken the answer, or somebody says that the person was told by another one."""
    enquiry = await unit.session.get(Enquiry, enquiry_id, with_for_update=True, populate_existing=True)
    if enquiry is not None and enquiry.state is EnquiryState.ANSWERED and enquiry.delivery is Delivery.SENDING:
        enquiry.told(_TOLD_BY.get(channel, EnquiryChannel.EMAIL), unit.now)
        await unit.timers.cancel(DUE, enquiry.id)


async def note_failed(enquiry_id: UUID, unit: Unit) -> None:
    """The answer did not go out: it waits in the worklist for a call."""
    enquiry = await unit.session.get(Enquiry, enquiry_id, with_for_update=True, populate_existing=True)
    if enquiry is not None:
        enquiry.not_delivered()


async def recompute(enquiry: Enquiry, region: Region, pack: EnquiriesPack, unit: Unit) -> None:
    """Compute the due time again, by the calendar as it is now."""
    found = term_of(pack, enquiry.complaint, enquiry.due_since, region, enquiry.territory)
    if enquiry.move_due(found, unit.now):
        await unit.timers.set(DUE, enquiry.id, enquiry.due_at)


async def locked(enquiry_id: UUID, unit: Unit) -> Enquiry:
    """The enquiry under a row lock."""
    found = await unit.session.get(Enquiry, enquiry_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise not_found()
    return found
