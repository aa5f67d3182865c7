"""What the family does itself: write on, choose how to be answered (D0-11, D1-17)."""

from __future__ import annotations

from uuid import UUID

from chassis.errors import invalid, not_found
from chassis.work import Unit
from contracts.identifiers import EnquiryChannel
from pydantic import BaseModel, Field
from sqlalchemy import func, select

from intake.enquiries.commands.form import Text
from intake.enquiries.commands.index_words import index_words
from intake.enquiries.commands.register import DUE, term_of
from intake.enquiries.errors import no_way_to_answer
from intake.enquiries.model.enquiry import Enquiry
from intake.enquiries.model.papers import Author, Due, ThreadMessage
from intake.enquiries.pack import EnquiriesPack
from intake.enquiries.personal import Caller, Words, opened, shut
from intake.particulars.examples import shown

MOST_MESSAGES = 100


class Ask(BaseModel):
    """A further message of the thread."""

    model_config = shown(text="Ребёнку два года, живём в посёлке.")

    text: Text


class ChooseChannel(BaseModel):
    """How the family wants its answer."""

    model_config = shown(channel="email")

    channel: EnquiryChannel = Field(description="email, phone, sms or window")


async def own_enquiry(unit: Unit) -> UUID:
    """The enquiry whose token the request carries; 404 for any other token."""
    digest = unit.actor.token_digest
    found = await unit.session.scalar(select(Enquiry.id).where(Enquiry.token_digest == digest))
    if digest is None or found is None:
        raise not_found()
    return found


async def ask(enquiry_id: UUID, command: Ask, unit: Unit) -> Enquiry:
    """The family writes on; an answered question is served again by a new term."""
    enquiry = await unit.get(Enquiry, enquiry_id, "enquiry:follow_up", under=True)
    written = select(func.count()).select_from(ThreadMessage).where(ThreadMessage.enquiry_id == enquiry.id)
    if (await unit.session.scalar(written) or 0) >= MOST_MESSAGES:
        raise invalid("thread_full", None, "Задайте новый вопрос отдельно.", "Please ask a new question.")
    region, pack = unit.regions[enquiry.region], unit.packs.of(EnquiriesPack, enquiry.region)
    term = term_of(pack, enquiry.complaint, unit.now, region, enquiry.territory)
    again = enquiry.given_at is not None
    enquiry.ask(Due(unit.now, term), unit.now)
    if again:
        await unit.timers.set(DUE, enquiry.id, enquiry.due_at)
    message_id, key = unit.new_id(), await unit.keys.get(enquiry.person_id)
    message = ThreadMessage(
        id=message_id,
        enquiry_id=enquiry.id,
        author=Author.FAMILY,
        written_at=unit.now,
        written_by=unit.actor.id,
        words=shut(Words(text=command.text), key, message_id),
    )
    unit.session.add(message)
    await index_words(enquiry, [command.text], unit)
    return enquiry


async def choose_channel(enquiry_id: UUID, command: ChooseChannel, unit: Unit) -> Enquiry:
    """Answer me that way, please: an address or number for it must be there."""
    enquiry = await unit.get(Enquiry, enquiry_id, "enquiry:follow_up", under=True)
    key = await unit.keys.get(enquiry.person_id)
    caller = opened(enquiry.caller, Caller, key, enquiry.id) if enquiry.caller else Caller()
    reach = {
        EnquiryChannel.EMAIL: caller.email,
        EnquiryChannel.PHONE: caller.phone,
        EnquiryChannel.SMS: caller.phone,
        EnquiryChannel.WINDOW: "thread",
    }
    if reach.get(command.channel) is None:
        raise no_way_to_answer(command.channel)
    enquiry.choose_channel(command.channel)
    return enquiry
