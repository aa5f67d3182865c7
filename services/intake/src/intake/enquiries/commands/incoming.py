"""Letters and text messages that enter the journal by themselves (D1-15, D1-16)."""

from __future__ import annotations

import hashlib
from datetime import datetime

from chassis.errors import DomainError, constraint
from chassis.work import Runtime, Unit
from contracts.identifiers import EnquiryChannel
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from intake.enquiries.commands.files import keep
from intake.enquiries.commands.register import OLDEST, Question, enter
from intake.enquiries.letters import Letter
from intake.enquiries.model.enquiry import Enquiry
from intake.enquiries.model.papers import EnquiryFileKind
from intake.enquiries.pack import EnquiriesPack
from intake.enquiries.personal import Caller
from intake.particulars.checks import CLOCK_SKEW
from intake.particulars.phone import normalised


class TextMessage(BaseModel):
    """What the gateway of text messages delivers; ``id`` is its own number for the message."""

    model_config = ConfigDict(extra="ignore")

    id: str = Field(min_length=1, max_length=200)
    sender: str = Field(min_length=3, max_length=40)
    text: str = Field(min_length=1, max_length=4000)
    received_at: AwareDatetime | None = None


async def take_letter(runtime: Runtime, region: str, letter: Letter) -> bool:
    """Enter a letter once; False where it stands in the journal already."""
    async with runtime.transaction() as unit:
        if await _entered(letter.digest, unit):
            return False
        question = _question(region, EnquiryChannel.EMAIL, letter.text, letter.digest, letter.sent_at, unit)
        question = question.by(Caller(name=letter.name, phone=letter.phone, email=letter.email))
        registered = await enter(question, unit)
        entered = await unit.session.get_one(Enquiry, registered.id)
        for file in letter.files:
            await keep(entered, file.content, file.name, file.media_type, EnquiryFileKind.LETTER, unit)
    return True


async def take_text_message(region: str, message: TextMessage, unit: Unit) -> bool:
    """Enter a text message once; False where the gateway has delivered it before."""
    digest = hashlib.sha256(f"sms\0{region}\0{message.id}".encode()).hexdigest()
    text = message.text.replace("\x00", "").strip() or "(пустое сообщение)"
    question = _question(region, EnquiryChannel.SMS, text, digest, message.received_at, unit)
    try:
        # the gateway sees no journal: that the message is there already only the database can say
        async with unit.session.begin_nested():
            await enter(question.by(Caller(phone=_number(message.sender))), unit)
    except IntegrityError as error:
        if constraint(error) != "uq_enquiries_source_digest":
            raise
        return False
    return True


async def _entered(digest: str, unit: Unit) -> bool:
    return await unit.session.scalar(select(Enquiry.id).where(Enquiry.source_digest == digest)) is not None


def _question(
    region: str,
    channel: EnquiryChannel,
    text: str,
    digest: str,
    sent_at: datetime | None,
    unit: Unit,
) -> Question:
    plausible = sent_at is not None and unit.now - OLDEST <= sent_at <= unit.now + CLOCK_SKEW
    return Question(
        region=region,
        journal=unit.packs.of(EnquiriesPack, region).journal_for(""),
        territory=region,
        channel=channel,
        caller=Caller(),
        words=text,
        source_digest=digest,
        received_at=sent_at if plausible and sent_at else unit.now,
    )


def _number(sender: str) -> str | None:
    try:
        return normalised(sender)
    except DomainError:
        # a name instead of a number: the text is kept, an answer needs another way
        return None
