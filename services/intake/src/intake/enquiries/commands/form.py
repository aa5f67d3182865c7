"""The requests of the first step: what staff write down, and what the public form asks."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from chassis.text import Stripped
from contracts.identifiers import Code, EnquiryChannel, FamilyStatus
from pydantic import AwareDatetime, Field, model_validator

from intake.enquiries.errors import anonymous_keeps_no_caller, needed
from intake.particulars.examples import REGION, TERRITORY, shown
from intake.particulars.requests import Email, LongText, PersonName, ShortText, Strict

Text = Annotated[LongText, Field(min_length=3), Stripped()]
Phone = Annotated[str, Field(min_length=5, max_length=40)]
BY_STAFF = frozenset(EnquiryChannel) - {EnquiryChannel.FORM, EnquiryChannel.WINDOW}


class _Asked(Strict):
    """What every question has. ``id`` may be chosen by the client; ``territory`` is a code of the region."""

    id: UUID | None = None
    territory: Code | None = None
    anonymous: bool = False
    name: PersonName | None = None
    phone: Phone | None = None
    email: Email | None = None
    address: ShortText | None = None
    question: Text
    theme: Code | None = None
    help_kind: Code | None = None
    answer_channel: EnquiryChannel | None = None

    @model_validator(mode="after")
    def _anonymous_means_anonymous(self) -> _Asked:
        if self.anonymous:
            for field in ("name", "phone", "email"):
                if getattr(self, field) is not None:
                    raise anonymous_keeps_no_caller(field)
        elif self.name is None:
            raise needed(
                "name",
                "Напишите фамилию, имя и отчество или отметьте, что обращение анонимное.",
                "Give the full name, or mark the enquiry as anonymous.",
            )
        return self


class RegisterEnquiry(_Asked):
    """A call, letter, message or visit, written down by staff with what its channel needs (D1-14…D1-16)."""

    model_config = shown(
        region=REGION,
        territory=TERRITORY,
        channel="phone",
        name="Рощина Алла Петровна",
        phone="+7 905 000-55-66",
        question="Как получить ходунки для ребёнка?",
        theme="devices",
        received_at="2026-03-02T10:40:00+03:00",
    )

    region: Code
    organisation_id: UUID | None = None
    channel: EnquiryChannel
    status: FamilyStatus | None = None
    complaint: bool = False
    received_at: AwareDatetime | None = None

    @model_validator(mode="after")
    def _what_the_channel_needs(self) -> RegisterEnquiry:
        if self.channel not in BY_STAFF:
            raise needed("channel", "Через форму обращаются сами.", "People use the form themselves.")
        if self.anonymous:
            return self
        if self.channel in {EnquiryChannel.PHONE, EnquiryChannel.SMS} and self.phone is None:
            raise needed("phone", "Запишите номер телефона для ответа.", "Write down the number to answer to.")
        if self.channel is EnquiryChannel.EMAIL and self.email is None:
            raise needed("email", "Запишите адрес для ответа.", "Write down the address to answer to.")
        return self


class SubmitEnquiry(_Asked):
    """The public form, and «окно специалиста»: a question with a thread of its own (D0-11)."""

    model_config = shown(
        territory=TERRITORY,
        channel="window",
        name="Рощина Алла Петровна",
        email="roshchina@example.org",
        question="Где занимаются с ребёнком двух лет?",
        answer_channel="email",
        agreed_version="2026-2",
    )

    channel: Literal[EnquiryChannel.FORM, EnquiryChannel.WINDOW] = EnquiryChannel.FORM
    answer_channel: (
        Literal[EnquiryChannel.EMAIL, EnquiryChannel.PHONE, EnquiryChannel.SMS, EnquiryChannel.WINDOW] | None
    ) = None
    agreed_version: Code | None = None
    """Version of the consent text the person agreed to; needed unless anonymous."""
