"""The longer facts an enquiry tells, from its state."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from contracts.identifiers import EnquiryChannel
from contracts.intake import EnquiryAnswered, EnquiryAnswerGiven, EnquiryClassified, EnquiryRegistered
from contracts.personal import Contact, EnquiryAnswer
from contracts.sealed import Sealed

if TYPE_CHECKING:
    from intake.enquiries.model.enquiry import Enquiry


def registered(enquiry: Enquiry, contact: Sealed[Contact] | None) -> EnquiryRegistered:
    return EnquiryRegistered(
        enquiry_id=enquiry.id,
        number=enquiry.registration,
        region=enquiry.region,
        territory=enquiry.territory,
        organisation_id=enquiry.organisation_id,
        person_id=None if enquiry.anonymous else enquiry.person_id,
        channel=enquiry.channel,
        theme=enquiry.theme,
        help_kind=enquiry.help_kind,
        anonymous=enquiry.anonymous,
        complaint=enquiry.complaint,
        registered_at=enquiry.registered_at,
        due=enquiry.moment,
        contact=contact,
    )


def classified(enquiry: Enquiry) -> EnquiryClassified:
    return EnquiryClassified(
        enquiry_id=enquiry.id,
        theme=enquiry.theme,
        help_kind=enquiry.help_kind,
        complaint=enquiry.complaint,
        due=enquiry.moment,
    )


def answered(
    enquiry: Enquiry,
    channel: EnquiryChannel,
    now: datetime,
    contact: Sealed[Contact] | None,
    answer: Sealed[EnquiryAnswer] | None,
) -> EnquiryAnswered:
    return EnquiryAnswered(
        enquiry_id=enquiry.id,
        number=enquiry.registration,
        region=enquiry.region,
        territory=enquiry.territory,
        organisation_id=enquiry.organisation_id,
        person_id=None if enquiry.anonymous else enquiry.person_id,
        channel=channel,
        answered_at=now,
        contact=contact,
        answer=answer,
    )


def given(enquiry: Enquiry, channel: EnquiryChannel, at: datetime) -> EnquiryAnswerGiven:
    return EnquiryAnswerGiven(
        enquiry_id=enquiry.id,
        channel=channel,
        given_at=at,
        due_at=enquiry.due_at,
        on_time=at <= enquiry.due_at,
    )
