"""Step 4: the answer leaves by the channel the question came through, or the one the family chose (D1-17)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from chassis.work import Unit
from contracts.identifiers import CallOutcome, EnquiryChannel
from contracts.intake import EnquiryAnswered
from contracts.personal import Contact, EnquiryAnswer
from contracts.sealed import PersonKey, Sealed, place, seal
from pydantic import AwareDatetime

from intake.enquiries.commands.form import Text
from intake.enquiries.commands.index_words import index_words
from intake.enquiries.commands.register import DUE
from intake.enquiries.commands.work import require_responsible
from intake.enquiries.errors import no_way_to_answer, time_impossible
from intake.enquiries.model.enquiry import Enquiry
from intake.enquiries.model.papers import Author, ThreadMessage
from intake.enquiries.personal import Caller, Words, opened, shut
from intake.enquiries.states import Delivery, require_state
from intake.particulars.checks import CLOCK_SKEW
from intake.particulars.examples import shown
from intake.particulars.requests import Strict

BY_MAIL = frozenset({EnquiryChannel.EMAIL, EnquiryChannel.FORM})
BY_VOICE = frozenset({EnquiryChannel.PHONE, EnquiryChannel.HELPLINE, EnquiryChannel.IN_PERSON})


class Answer(Strict):
    """The answer. ``channel`` None: the one the family chose, else the question's own.

    ``told_at``: when it was told already, in the call or the visit itself.
    """

    model_config = shown(text="Ходунки выдают по ИПРА ребёнка. Мы поможем подать заявление.", channel="email")

    text: Text
    channel: EnquiryChannel | None = None
    told_at: AwareDatetime | None = None


class Told(Strict):
    """A call with the answer; only a person who was reached has it."""

    model_config = shown(outcome="reached", told_at="2026-03-03T12:05:00+03:00")

    outcome: CallOutcome
    told_at: AwareDatetime | None = None


@dataclass(frozen=True, slots=True)
class _Leaving:
    delivery: Delivery
    contact: Sealed[Contact] | None = None
    answer: Sealed[EnquiryAnswer] | None = None


async def answer(enquiry_id: UUID, command: Answer, unit: Unit) -> Enquiry:
    """Write the answer down and let it leave.

    By e-mail and text message notifications send it; in the thread it stands at once; by phone somebody calls, and
    until then, or where it could not be sent, it waits in the worklist: nothing is said to be sent that was not.
    """
    enquiry = await unit.get(Enquiry, enquiry_id, "enquiry:answer", under=True)
    require_state("answer", enquiry.state)
    require_responsible(enquiry, unit)
    key = await unit.keys.get(enquiry.person_id)
    caller = opened(enquiry.caller, Caller, key, enquiry.id) if enquiry.caller else Caller()
    channel = command.channel or enquiry.answer_channel
    leaving = _leaving(enquiry, command, channel, caller, key)
    told_at = _told_at(command.told_at, enquiry, unit) if leaving.delivery is Delivery.GIVEN else unit.now
    enquiry.answer(channel, leaving.delivery, told_at, leaving.contact, leaving.answer)
    unit.session.add(_message(enquiry, command.text, key, unit))
    await index_words(enquiry, [command.text], unit)
    await _end_of_term(enquiry, unit)
    return enquiry


async def told(enquiry_id: UUID, command: Told, unit: Unit) -> Enquiry:
    """The answer was told by phone, or it was tried; only a reached person ends the due time (D1-14)."""
    enquiry = await unit.get(Enquiry, enquiry_id, "enquiry:answer", under=True)
    require_state("told", enquiry.state)
    if command.outcome is CallOutcome.REACHED:
        enquiry.told(EnquiryChannel.PHONE, _told_at(command.told_at, enquiry, unit))
        await _end_of_term(enquiry, unit)
    else:
        enquiry.tried()
    return enquiry


def _leaving(enquiry: Enquiry, command: Answer, channel: EnquiryChannel, caller: Caller, key: PersonKey) -> _Leaving:
    if channel is EnquiryChannel.WINDOW or (command.told_at and channel in BY_VOICE):
        return _Leaving(Delivery.GIVEN)
    if (caller.email if channel in BY_MAIL else caller.phone) is None:
        raise no_way_to_answer(channel)
    if channel in BY_MAIL or channel is EnquiryChannel.SMS:
        return _sent(enquiry, command.text, caller, key)
    return _Leaving(Delivery.TO_BE_TOLD)


def _sent(enquiry: Enquiry, text: str, caller: Caller, key: PersonKey) -> _Leaving:
    fact = EnquiryAnswered.fact_name()
    contact = Contact(name=caller.name or "", phone=caller.phone or "", email=caller.email)
    return _Leaving(
        Delivery.SENDING,
        seal(contact, key, place(fact, "contact", enquiry.id)),
        seal(EnquiryAnswer(text=text), key, place(fact, "answer", enquiry.id)),
    )


def _told_at(given: AwareDatetime | None, enquiry: Enquiry, unit: Unit) -> AwareDatetime:
    moment = given or unit.now
    if not enquiry.received_at - CLOCK_SKEW <= moment <= unit.now + CLOCK_SKEW:
        raise time_impossible("told_at")
    return moment


def _message(enquiry: Enquiry, text: str, key: PersonKey, unit: Unit) -> ThreadMessage:
    message_id = unit.new_id()
    return ThreadMessage(
        id=message_id,
        enquiry_id=enquiry.id,
        author=Author.SPECIALIST,
        written_at=unit.now,
        written_by=unit.actor.id,
        words=shut(Words(text=text), key, message_id),
    )


async def _end_of_term(enquiry: Enquiry, unit: Unit) -> None:
    if enquiry.given_at is not None:
        await unit.timers.cancel(DUE, enquiry.id)
