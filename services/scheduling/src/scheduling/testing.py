"""Builders for tests: families of the two regions as other services would have told of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from chassis.testing.running import Caller, Running
from contracts.cases import CaseFileOpened, ProgrammeApproved, ServiceLine, TeamFixed
from contracts.event import Moment
from contracts.identifiers import (
    AgeBand,
    ApplicationSource,
    CallOutcome,
    DeliveryMode,
    ProgrammeKind,
    ServiceGroup,
    named_id,
)
from contracts.intake import ApplicationHandedOver, ApplicationSubmitted, ApplicationTaken, CallRecorded
from contracts.personal import Address, Contact
from contracts.sealed import PersonKey, place, seal

MOSCOW, SMOLENSK = "moscow-early-help", "smolensk"
PHONE, STREET, MOTHER = "+79050000777", "г. Гагарин, ул. Вымышленная, д. 7", "Ёлкина Прасковья Фоминична"


def organisation(region: str, code: str) -> UUID:
    """The id of a pack's organisation."""
    return named_id("organisation", f"{region}/{code}")


def person(region: str, login: str) -> UUID:
    """The principal behind a login."""
    return named_id("principal", f"{region}/{login}")


def specialist(region: str, login: str) -> UUID:
    """The specialist behind a login."""
    return named_id("specialist", f"{region}/{login}")


CENTRE = organisation(SMOLENSK, "centre")
HOST = organisation(SMOLENSK, "point-gagarin")
NORTH = organisation(MOSCOW, "early-help-north")
COORDINATION = organisation(MOSCOW, "coordination-centre")
BRIGADE = named_id("brigade", "smolensk/brigade-1")
POINT = named_id("point", "smolensk/gagarin")
VEHICLE = named_id("vehicle", "smolensk/gazelle-1")
CREW = tuple(specialist(SMOLENSK, f"specialist.smolensk{n}") for n in (1, 2, 3, 4))


def line(code: str, group: ServiceGroup, mode: DeliveryMode, count: int, minutes: int, skill: str) -> ServiceLine:
    """One line of a programme."""
    return ServiceLine(
        line_id=uuid4(), service_code=code, group=group, mode=mode, count=count, minutes=minutes, skill=skill
    )


def iksra_lines() -> tuple[ServiceLine, ...]:
    """The template of the smolensk pack: 8 and 8, at home and remotely (D4-07)."""
    medical, psychological = ServiceGroup.SOCIAL_MEDICAL, ServiceGroup.PSYCHOLOGICAL_PEDAGOGICAL
    home, remote = DeliveryMode.HOME, DeliveryMode.REMOTE
    return (
        line("motor_session", medical, home, 6, 45, "motor_specialist"),
        line("paediatrician_consultation", medical, remote, 2, 30, "paediatrician"),
        line("psychologist_session", psychological, home, 4, 45, "psychologist"),
        line("speech_session", psychological, remote, 4, 45, "speech_therapist"),
    )


@dataclass
class Family:
    """One family as its events tell of it; ``key`` seals what travels sealed."""

    region: str
    territory: str
    serving: UUID
    coordinating: UUID
    coordinator: UUID
    child_id: UUID = field(default_factory=uuid4)
    application_id: UUID = field(default_factory=uuid4)
    case_id: UUID = field(default_factory=uuid4)
    representative_id: UUID = field(default_factory=uuid4)
    programme_id: UUID = field(default_factory=uuid4)
    mother: str = MOTHER
    street: str = STREET

    @property
    def key(self) -> PersonKey:
        return PersonKey(self.child_id, 1, self.child_id.bytes * 2)

    def contact(self, fact: str, subject: UUID) -> Any:
        """The contact sealed at its place."""
        value = Contact(name=self.mother, phone=PHONE, email="elkina@example.org")
        return seal(value, self.key, place(fact, "contact", subject))

    def submitted(self, now: datetime) -> ApplicationSubmitted:
        return ApplicationSubmitted(
            application_id=self.application_id,
            number="РП-2026-000001",
            region=self.region,
            territory=self.territory,
            child_id=self.child_id,
            representative_id=self.representative_id,
            age_band=AgeBand.EARLY,
            source=ApplicationSource.SITE,
            submitted_at=now,
            call_back_due=Moment(due_at=now + timedelta(hours=5)),
            contact=self.contact(ApplicationSubmitted.fact_name(), self.application_id),
        )

    def taken(self, now: datetime) -> ApplicationTaken:
        return ApplicationTaken(
            application_id=self.application_id,
            coordinator_id=self.coordinator,
            organisation_id=self.coordinating,
            taken_at=now,
        )

    def called(self, now: datetime) -> CallRecorded:
        return CallRecorded(
            application_id=self.application_id,
            region=self.region,
            outcome=CallOutcome.REACHED,
            called_at=now,
            due_at=now + timedelta(hours=4),
            on_time=True,
            first_appointment_due=Moment(due_at=now + timedelta(days=7)),
        )

    def handed_over(self, now: datetime) -> ApplicationHandedOver:
        return ApplicationHandedOver(
            application_id=self.application_id,
            region=self.region,
            coordinator_id=self.coordinator,
            coordinating_organisation_id=self.coordinating,
            serving_organisation_id=self.serving,
            territory=self.territory,
            acceptance_due=Moment(due_at=now + timedelta(days=1)),
            first_appointment_due=Moment(due_at=now + timedelta(days=7)),
        )

    def opened(self, now: datetime) -> CaseFileOpened:
        return CaseFileOpened(
            case_id=self.case_id,
            application_id=self.application_id,
            region=self.region,
            territory=self.territory,
            child_id=self.child_id,
            representative_id=self.representative_id,
            age_band=AgeBand.CHILDHOOD,
            coordinator_id=self.coordinator,
            coordinating_organisation_id=self.coordinating,
            serving_organisation_id=self.serving,
            opened_at=now,
        )

    def team(self, *specialists: UUID) -> TeamFixed:
        return TeamFixed(case_id=self.case_id, child_id=self.child_id, specialist_ids=specialists)

    def approved(
        self,
        starts_on: date,
        ends_on: date,
        lines: Sequence[ServiceLine],
        now: datetime,
        at: tuple[float, float] | None,
    ) -> ProgrammeApproved:
        """The IKSRA with its address; ``at`` are coordinates where they are known."""
        fact = ProgrammeApproved.fact_name()
        home = Address(text=self.street, latitude=at[0] if at else None, longitude=at[1] if at else None)
        return ProgrammeApproved(
            programme_id=self.programme_id,
            case_id=self.case_id,
            child_id=self.child_id,
            region=self.region,
            territory=self.territory,
            kind=ProgrammeKind.IKSRA,
            programme_version=1,
            serving_organisation_id=self.serving,
            coordinator_id=self.coordinator,
            starts_on=starts_on,
            ends_on=ends_on,
            approved_at=now,
            quota={ServiceGroup.SOCIAL_MEDICAL: 8, ServiceGroup.PSYCHOLOGICAL_PEDAGOGICAL: 8},
            lines=tuple(lines),
            address=seal(home, self.key, place(fact, "address", self.programme_id)),
            contact=self.contact(fact, self.programme_id),
        )


@dataclass
class World:
    """A running scheduling service and the people of the demo directory."""

    app: Running

    async def moscow_family(self, *, called: bool = True) -> Family:
        """An application handed over to the northern service."""
        family = Family(MOSCOW, f"{MOSCOW}/severny", NORTH, COORDINATION, person(MOSCOW, "koordinator.moskva"))
        now = self.app.clock.now()
        told = [family.submitted(now), family.taken(now)]
        told += [family.called(now), family.handed_over(now)] if called else []
        for event in told:
            assert await self.app.deliver(event) is None
        return family

    async def smolensk_family(self, **people: str) -> Family:
        """A child whose file is open at the centre."""
        coordinator = person(SMOLENSK, "koordinator.smolensk")
        family = Family(SMOLENSK, f"{SMOLENSK}/gagarin", CENTRE, CENTRE, coordinator, **people)  # type: ignore[arg-type]
        now = self.app.clock.now()
        for event in (family.submitted(now), family.handed_over(now), family.opened(now), family.team(CREW[0])):
            assert await self.app.deliver(event) is None
        self.know_key(family)
        return family

    def know_key(self, family: Family) -> None:
        """Sealed values of the family open from now on."""
        for runtime in (self.app.api, self.app.worker):
            runtime.keys._remember(family.key)

    async def with_programme(
        self,
        *,
        at: tuple[float, float] | None = (55.56, 34.98),
        lines: Sequence[ServiceLine] | None = None,
        **people: str,
    ) -> Family:
        """The same with an approved one-month IKSRA from today."""
        family = await self.smolensk_family(**people)
        now = self.app.clock.now()
        today = now.date()
        event = family.approved(today, today + timedelta(days=30), lines or iksra_lines(), now, at)
        assert await self.app.deliver(event) is None
        return family

    async def staff(self, region: str, login: str, role: str, organisation_id: UUID) -> Caller:
        """A member of staff of the demo directory, signed in."""
        known = {"specialist_id": specialist(region, login)} if role == "specialist" else {}
        return await self.app.as_role(
            role, id=person(region, login), organisation_ids=[organisation_id], regions=[region], **known
        )

    async def head(self) -> Caller:
        return await self.staff(SMOLENSK, "head.smolensk", "head", CENTRE)

    async def specialist(self, number: int = 1) -> Caller:
        return await self.staff(SMOLENSK, f"specialist.smolensk{number}", "specialist", CENTRE)

    async def coordinator(self) -> Caller:
        return await self.staff(MOSCOW, "koordinator.moskva", "coordinator", COORDINATION)

    async def host(self) -> Caller:
        return await self.staff(SMOLENSK, "host.gagarin", "host", HOST)

    async def parent(self, *children: UUID) -> Caller:
        return await self.app.as_role("family", child_ids=children)
