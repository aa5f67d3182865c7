"""What people who asked are told."""

from __future__ import annotations

from chassis.work import Unit
from contracts.identifiers import EnquiryChannel, MessageChannel
from contracts.intake import EnquiryAnswered, EnquiryRegistered

from notifications.messages import letter_data
from notifications.messages.commands.plan_message import plan_message
from notifications.preferences.commands import remember_asker

LEAVES_BY = {
    EnquiryChannel.EMAIL: MessageChannel.EMAIL,
    EnquiryChannel.FORM: MessageChannel.EMAIL,
    EnquiryChannel.SMS: MessageChannel.SMS,
}


async def acknowledge(event: EnquiryRegistered, occasion: str, unit: Unit) -> None:
    """Number and term, to whoever left an address (D0-38)."""
    if event.person_id is None or event.contact is None or not await remember_asker(event, unit):
        return
    told = letter_data.EnquiryReceived(number=event.number, due_at=event.due.due_at, provisional=event.due.provisional)
    await plan_message(unit, event.person_id, told, event.enquiry_id, occasion)


async def tell_answer(event: EnquiryAnswered, occasion: str, unit: Unit) -> None:
    """The answer leaves by mail or text message where intake asked for it; the rest is people's business (D1-17)."""
    if event.channel not in LEAVES_BY or event.person_id is None or event.answer is None:
        return
    if await remember_asker(event, unit):
        told = letter_data.EnquiryAnswered(number=event.number, answer=event.answer)
        await plan_message(unit, event.person_id, told, event.enquiry_id, occasion, channel=LEAVES_BY[event.channel])
