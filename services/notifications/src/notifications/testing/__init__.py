"""What the suites of this service share: families to write to, and events about them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self, cast
from uuid import UUID, uuid4

from chassis.privacy.keyring import subject
from chassis.testing.running import Running
from contracts.event import Moment
from contracts.identifiers import AgeBand, ApplicationSource, CallOutcome, DeliveryMode, EnquiryChannel, named_id
from contracts.intake import (
    ApplicationAccepted,
    ApplicationSubmitted,
    CallRecorded,
    EnquiryAnswered,
    EnquiryRegistered,
)
from contracts.personal import ChildData, Contact, EnquiryAnswer, FileOpening, RepresentativeData
from contracts.scheduling import AppointmentBooked, VisitScheduled
from contracts.sealed import PersonKey, Sealed, place, seal
from contracts.testing import example_key
from nats.aio.client import Client
from sqlalchemy import select

from notifications.messages.background import send_due
from notifications.messages.model import Message
from notifications.settings import Settings

REGION = "smolensk"
NEW = "new"
CENTRE = named_id("organisation", f"{REGION}/centre")
POINT = named_id("point", f"{REGION}/gagarin")
SPEECH_THERAPIST = named_id("specialist", f"{REGION}/specialist.smolensk2")


@dataclass(frozen=True, slots=True)
class Person:
    """A representative with a key of his or her own."""

    id: UUID
    email: str | None
    name: str
    phone: str

    @property
    def key(self) -> PersonKey:
        return example_key(self.id)


@dataclass(frozen=True, slots=True)
class Household:
    """A child, its representative and their application."""

    child_id: UUID
    application_id: UUID
    representative: Person
    territory: str = f"{REGION}/gagarin"

    @classmethod
    def make(cls, *, email: str | None = NEW, name: str = "Пробная Анна Петровна", phone: str = "+79000000001") -> Self:
        """A household; with an e-mail address of its own unless one, or None, is given."""
        address = f"{uuid4().hex}@families.example" if email == NEW else email
        return cls(uuid4(), uuid4(), Person(uuid4(), address, name, phone))

    @property
    def email(self) -> str:
        assert self.representative.email
        return self.representative.email

    def contact_in(self, fact: type[ApplicationSubmitted | EnquiryRegistered | EnquiryAnswered]) -> Sealed[Contact]:
        """The contact as that fact carries it."""
        who = self.representative
        said = Contact(name=who.name, phone=who.phone, email=who.email)
        return seal(said, who.key, place(fact.fact_name(), "contact", self.application_id))

    def submitted(self, at: datetime, due_at: datetime | None = None) -> ApplicationSubmitted:
        """The family has applied."""
        return ApplicationSubmitted(
            application_id=self.application_id,
            number="МРЦ-2026-000017",
            region=REGION,
            territory=self.territory,
            child_id=self.child_id,
            representative_id=self.representative.id,
            age_band=AgeBand.CHILDHOOD,
            source=ApplicationSource.SITE,
            submitted_at=at,
            call_back_due=Moment(due_at=due_at or at + timedelta(hours=8)),
            contact=self.contact_in(ApplicationSubmitted),
        )

    def called(self, at: datetime, outcome: CallOutcome = CallOutcome.REACHED) -> CallRecorded:
        """A call back was tried."""
        return CallRecorded(
            application_id=self.application_id,
            region=REGION,
            outcome=outcome,
            called_at=at,
            due_at=at,
            on_time=True,
        )

    def accepted(self, at: datetime, serving: UUID = CENTRE) -> ApplicationAccepted:
        """A service took the family on."""
        who = self.representative
        opening = FileOpening(
            child=ChildData(id=self.child_id, name="Пробный Пётр", birth_date=at.date()),
            representative=RepresentativeData(id=who.id, name=who.name, phone=who.phone),
        )
        where = place(ApplicationAccepted.fact_name(), "opening", self.application_id)
        return ApplicationAccepted(
            application_id=self.application_id,
            number="МРЦ-2026-000017",
            region=REGION,
            territory=self.territory,
            child_id=self.child_id,
            representative_id=who.id,
            age_band=AgeBand.CHILDHOOD,
            coordinator_id=uuid4(),
            coordinating_organisation_id=CENTRE,
            serving_organisation_id=serving,
            accepted_at=at,
            first_appointment_due=Moment(due_at=at + timedelta(days=7)),
            opening=seal(opening, who.key, where),
        )

    def booked(self, starts_at: datetime, appointment_id: UUID | None = None) -> AppointmentBooked:
        """A first appointment."""
        return AppointmentBooked(
            appointment_id=appointment_id or uuid4(),
            application_id=self.application_id,
            child_id=self.child_id,
            region=REGION,
            organisation_id=CENTRE,
            first=True,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=1),
            specialist_ids=(SPEECH_THERAPIST,),
        )

    def visit(self, starts_at: datetime, plan_id: UUID | None = None, visit_id: UUID | None = None) -> VisitScheduled:
        """A home visit of a plan."""
        return VisitScheduled(
            visit_id=visit_id or uuid4(),
            child_id=self.child_id,
            case_id=self.child_id,
            region=REGION,
            organisation_id=CENTRE,
            plan_id=plan_id,
            programme_id=uuid4(),
            mode=DeliveryMode.HOME,
            brigade_id=None,
            specialist_ids=(SPEECH_THERAPIST,),
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=45),
            services=(),
        )


async def lend_key(app: Running, bus: Client, person: Person) -> None:
    """Put the person's key where intake would have put it."""
    wrapped = app.worker.keys.wrap(person.key)
    await bus.jetstream().publish(subject(person.id), wrapped, headers={"Key-Version": str(person.key.version)})


def local(day: int, hour: int, minute: int = 0, month: int = 3) -> datetime:
    """A moment of 2026 in Moscow time, as UTC."""
    return datetime(2026, month, day, hour, minute, tzinfo=UTC) - timedelta(hours=3)


@dataclass
class Office:
    """The service under test and the households it knows."""

    app: Running
    bus: Client

    def mail_to(self, port: int, timeout_seconds: float = 5) -> None:
        """Point the sender at a mail server."""
        settings = cast("Settings", self.app.worker.settings)
        settings.smtp_port, settings.smtp_timeout_seconds = port, timeout_seconds

    async def household(self, **details: str | None) -> Household:
        """A family that has applied."""
        home = Household.make(**details)  # type: ignore[arg-type]
        await lend_key(self.app, self.bus, home.representative)
        assert await self.app.deliver(home.submitted(self.app.clock.now())) is None
        return home

    async def acquainted(self, **details: str | None) -> Household:
        """A family that has had its acknowledgement and its call."""
        home = await self.household(**details)
        await self.send()
        await self.app.deliver(home.called(self.app.clock.now()))
        return home

    async def asker(self, **details: str | None) -> Household:
        """Somebody who asked a question: a family of one."""
        home = Household.make(**details)  # type: ignore[arg-type]
        await lend_key(self.app, self.bus, home.representative)
        return Household(home.representative.id, home.application_id, home.representative)

    def answered(self, home: Household, channel: EnquiryChannel = EnquiryChannel.EMAIL) -> EnquiryAnswered:
        """The answer to a question, on its way by this channel."""
        at = place(EnquiryAnswered.fact_name(), "answer", home.application_id)
        text = EnquiryAnswer(text="Ходунки выдают по ИПРА.\nПоможем <написать> обращение.")
        return EnquiryAnswered(
            enquiry_id=home.application_id,
            number="ОМЦ-2026-000007",
            region=REGION,
            territory=REGION,
            organisation_id=CENTRE,
            person_id=home.child_id,
            channel=channel,
            answered_at=self.app.clock.now(),
            contact=home.contact_in(EnquiryAnswered),
            answer=seal(text, home.representative.key, at),
        )

    async def send(self) -> int:
        """One round of the sender."""
        return await send_due(self.app.worker)

    async def messages(self, home: Household) -> list[Message]:
        """The ledger rows of a family, oldest first."""
        async with self.app.unit() as unit:
            found = select(Message).where(Message.child_id == home.child_id).order_by(Message.created_at, Message.id)
            return list(await unit.session.scalars(found))

    async def newest(self, home: Household) -> Message:
        """The latest ledger row of a family."""
        return (await self.messages(home))[-1]
