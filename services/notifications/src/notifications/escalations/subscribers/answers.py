"""What starts, moves and ends the terms of answers: to those who asked, and to agencies that told of a family."""

from __future__ import annotations

from chassis.bus import EventRouter
from chassis.work import Unit
from contracts.intake import (
    EnquiryAnswerGiven,
    EnquiryAssigned,
    EnquiryClassified,
    EnquiryDueMoved,
    EnquiryRegistered,
    EnquiryServed,
    ReferralAccepted,
    ReferralDeclined,
    ReferralDueMoved,
    ReferralReceived,
    ReferralRevoked,
)

from notifications.escalations import commands
from notifications.escalations.commands import Watched
from notifications.kinds import Term

events = EventRouter()


@events.on(EnquiryRegistered)
async def enquiry_registered(event: EnquiryRegistered, unit: Unit) -> None:
    """Somebody waits for an answer."""
    what = Watched(
        term=Term.ENQUIRY,
        subject_id=event.enquiry_id,
        number=event.number,
        region=event.region,
        territory=event.territory,
        organisation_id=event.organisation_id,
        due_at=event.due.due_at,
        since=event.registered_at,
    )
    await commands.watch_term(what, unit)


@events.on(EnquiryAssigned)
async def enquiry_assigned(event: EnquiryAssigned, unit: Unit) -> None:
    """The specialist is responsible."""
    await commands.hand_to(Term.ENQUIRY, event.enquiry_id, event.specialist_id, unit)


@events.on(EnquiryClassified)
async def enquiry_classified(event: EnquiryClassified, unit: Unit) -> None:
    """A complaint has another term."""
    await commands.move_due(Term.ENQUIRY, event.enquiry_id, event.due.due_at, unit)


@events.on(EnquiryDueMoved)
async def enquiry_due_moved(event: EnquiryDueMoved, unit: Unit) -> None:
    """It was computed again."""
    await commands.move_due(Term.ENQUIRY, event.enquiry_id, event.due.due_at, unit)


@events.on(EnquiryServed)
async def enquiry_served(event: EnquiryServed, unit: Unit) -> None:
    """Where the family has asked on after its answer, a term of its own runs (D0-11)."""
    await commands.move_due(Term.ENQUIRY, event.enquiry_id, event.due.due_at, unit, again=True)


@events.on(EnquiryAnswerGiven)
async def enquiry_answer_given(event: EnquiryAnswerGiven, unit: Unit) -> None:
    """The person has the answer."""
    await commands.end_term(Term.ENQUIRY, event.enquiry_id, event.given_at, unit)


@events.on(ReferralReceived)
async def referral_received(event: ReferralReceived, unit: Unit) -> None:
    """The receiver must answer; where we told, the sender must ask on: the receiver often has no account here."""
    acting = event.sender_id if event.outgoing else None
    what = Watched(
        term=Term.REFERRAL,
        subject_id=event.referral_id,
        number=event.number,
        region=event.region,
        territory=event.territory,
        organisation_id=acting or event.receiver_id,
        due_at=event.answer_due.due_at,
        since=event.received_at,
    )
    await commands.watch_term(what, unit)


@events.on(ReferralDueMoved)
async def referral_due_moved(event: ReferralDueMoved, unit: Unit) -> None:
    """It was computed again."""
    await commands.move_due(Term.REFERRAL, event.referral_id, event.due.due_at, unit)


@events.on(ReferralAccepted)
async def referral_accepted(event: ReferralAccepted, unit: Unit) -> None:
    """That is an answer."""
    await commands.end_term(Term.REFERRAL, event.referral_id, event.accepted_at, unit)


@events.on(ReferralDeclined)
async def referral_declined(event: ReferralDeclined, unit: Unit) -> None:
    """That is an answer too."""
    await commands.end_term(Term.REFERRAL, event.referral_id, event.declined_at, unit)


@events.on(ReferralRevoked)
async def referral_revoked(event: ReferralRevoked, unit: Unit) -> None:
    """Nobody waits for an answer any more."""
    await commands.end_term(Term.REFERRAL, event.referral_id, event.revoked_at, unit)
