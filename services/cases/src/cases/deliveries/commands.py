"""Delivered services: reported by brigades, recorded by hand, or proved by a signed act of urgent services."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import groupby
from uuid import UUID

from chassis.errors import DomainError, Kind, not_found
from chassis.unit import Unit
from contracts.identifiers import Accounting, Code, ConsentForm, DeliveryMode, VisitOutcome
from contracts.scheduling import TripPerformed, TripService, VisitPostponed, VisitReported, VisitScheduled
from pydantic import BaseModel, Field
from sqlalchemy import select

from cases.base import Command
from cases.deliveries.model import AwaitedVisit, Delivery, IllnessPause, UrgentAct, act_id
from cases.files import errors
from cases.files.model import CaseFile
from cases.pack import CasesPack, CatalogueService
from cases.programmes.model import Programme
from cases.region import local_day, pack_of, today


async def await_visit(event: VisitScheduled, unit: Unit) -> None:
    """A visit has a time, its first or a new one. A date inside a pause says the child is expected to be well."""
    file = await _file(event.case_id, unit)
    day = local_day(unit, file.region, event.starts_at)
    visit = await unit.session.get(AwaitedVisit, event.visit_id)
    if visit is None:
        visit = AwaitedVisit(visit_id=event.visit_id, case_id=file.id)
        unit.session.add(visit)
    visit.programme_id, visit.mode, visit.services = event.programme_id, event.mode, event.services
    visit.day, visit.starts_at = day, event.starts_at
    visit.postponed = visit.reported = False
    await _end_pauses_before(day, file.id, unit)


async def _end_pauses_before(day: date, case_id: UUID, unit: Unit) -> None:
    pauses = await unit.session.scalars(
        select(IllnessPause).where(IllnessPause.case_id == case_id, IllnessPause.first <= day, IllnessPause.last >= day)
    )
    for pause in pauses.all():
        if pause.first == day:
            await unit.session.delete(pause)
        else:
            pause.last = day - timedelta(days=1)


async def postpone_visit(event: VisitPostponed, unit: Unit) -> None:
    """A visit lost its date; an illness with a known end pauses the whole month."""
    visit = await unit.session.get(AwaitedVisit, event.visit_id)
    if visit is None:
        raise not_found()
    visit.postponed, visit.reported = True, False
    ill = event.reason is VisitOutcome.CHILD_ILL and event.until is not None
    if ill and event.until is not None and event.until >= visit.day:
        pause = IllnessPause(visit_id=visit.visit_id, case_id=visit.case_id, first=visit.day, last=event.until)
        await unit.session.merge(pause)


async def take_report(event: VisitReported, unit: Unit) -> None:
    """Enter what was done on a visit; a service known by its id is not entered twice (D4-05)."""
    file = await _file(event.case_id, unit)
    programme = await unit.session.get(Programme, event.programme_id)
    if programme is None:
        raise not_found()
    performed = event.outcome is VisitOutcome.PERFORMED
    if visit := await unit.session.get(AwaitedVisit, event.visit_id):
        # nobody was served: the services have lost their date, they have not been given
        visit.reported = performed
        visit.postponed = not performed
    accounting = pack_of(unit, file.region).programmes[programme.kind].accounting
    for service in event.services if performed else ():
        await _enter(
            Delivery(
                id=service.delivery_id,
                case_id=file.id,
                child_id=event.child_id,
                programme_id=programme.id,
                line_id=service.line_id,
                visit_id=event.visit_id,
                service=service.service_code,
                group=service.group,
                mode=event.mode,
                accounting=accounting,
                specialist_id=service.specialist_id,
                delivered_on=local_day(unit, file.region, event.performed_at),
                minutes=service.minutes,
            ),
            file,
            unit,
        )


async def draw_up_acts(event: TripPerformed, unit: Unit) -> None:
    """Prefill one act for each family that was served at the point (D4-21)."""
    services = sorted(event.services, key=lambda service: service.case_id)
    for case_id, of_family in groupby(services, key=lambda service: service.case_id):
        await _draw_up_act(event, case_id, tuple(of_family), unit)


async def _draw_up_act(event: TripPerformed, case_id: UUID, services: tuple[TripService, ...], unit: Unit) -> None:
    if await unit.session.get(UrgentAct, act_id(event.trip_id, case_id)) is None:
        unit.session.add(UrgentAct.draw_up(event, await _file(case_id, unit), services, unit.now))


class ActSigned(BaseModel):
    """The signed act and how many services it proves."""

    id: UUID
    case_id: UUID
    version: int
    signed_on: date
    services: int


class SignUrgentAct(Command):
    """How and when the recipient's representative signed."""

    form: ConsentForm = ConsentForm.PAPER
    signed_on: date | None = None


async def sign_urgent_act(act_id: UUID, command: SignUrgentAct, unit: Unit) -> ActSigned:
    """Note the signature; the services of the act are delivered from now on (accounting: urgent services)."""
    act = await unit.session.get(UrgentAct, act_id)
    if act is None:
        raise not_found()
    expected, unit.if_match = unit.if_match, None
    file = await unit.get(CaseFile, act.case_id, "urgent_act:sign")
    act = await unit.session.get_one(UrgentAct, act_id, populate_existing=True)
    act.check_version(expected)
    signed_on = _signing_day(command, act, file, unit)
    act.sign(command.form, signed_on, unit.actor.id)
    for delivery in act.deliveries():
        await _enter(delivery, file, unit)
    return ActSigned(
        id=act.id, case_id=act.case_id, version=act.version, signed_on=signed_on, services=len(act.services)
    )


def _signing_day(command: SignUrgentAct, act: UrgentAct, file: CaseFile, unit: Unit) -> date:
    if command.form is ConsentForm.TICK:
        raise errors.consent_not_written()
    day = today(unit, file.region)
    signed_on = command.signed_on or max(day, act.day)
    if signed_on > day:
        raise errors.in_the_future("signed_on")
    return signed_on


class RecordDelivery(Command):
    """A service given outside a planned visit; ``id`` makes a resend harmless. Group and minutes are the
    catalogue's unless given."""

    id: UUID | None = None
    service: Code
    mode: DeliveryMode
    delivered_on: date | None = None
    minutes: int | None = Field(None, gt=0, le=480)
    programme_id: UUID
    line_id: UUID | None = None
    specialist_id: UUID | None = None


class DeliveryEntered(BaseModel):
    """The entry's id; the same for a resend."""

    id: UUID
    case_id: UUID
    accounting: Accounting


async def record_delivery(case_id: UUID, command: RecordDelivery, unit: Unit) -> DeliveryEntered:
    """Enter a service of a programme by hand."""
    file = await unit.get(CaseFile, case_id, "delivery:record")
    day = today(unit, file.region)
    if (command.delivered_on or day) > day:
        raise errors.in_the_future("delivered_on")
    programme = await unit.session.get(Programme, command.programme_id)
    if programme is None or programme.case_id != file.id:
        raise errors.unknown_code("programme_id")
    if programme.in_force is None:
        raise not_approved()
    service = _catalogued(command, pack_of(unit, file.region))
    accounting = pack_of(unit, file.region).programmes[programme.kind].accounting
    delivery = Delivery(
        id=command.id or unit.new_id(),
        case_id=file.id,
        child_id=file.child_id,
        programme_id=programme.id,
        line_id=command.line_id,
        service=service.code,
        group=service.group,
        mode=command.mode,
        accounting=accounting,
        specialist_id=command.specialist_id,
        delivered_on=command.delivered_on or day,
        minutes=command.minutes or service.minutes,
    )
    await _enter(delivery, file, unit)
    return DeliveryEntered(id=delivery.id, case_id=file.id, accounting=accounting)


def _catalogued(command: RecordDelivery, pack: CasesPack) -> CatalogueService:
    service = pack.service(command.service)
    if service is None:
        raise errors.unknown_code("service")
    if command.mode not in service.modes:
        raise errors.unknown_code("mode")
    return service


async def _enter(delivery: Delivery, file: CaseFile, unit: Unit) -> None:
    if await unit.session.get(Delivery, delivery.id) is None:
        unit.session.add(delivery)
        delivery.enter(file)


async def _file(case_id: UUID, unit: Unit) -> CaseFile:
    file = await unit.session.get(CaseFile, case_id)
    if file is None:
        raise not_found()
    return file


def not_approved() -> DomainError:
    """409: services are given under an approved programme."""
    return DomainError(
        "programme_not_approved",
        Kind.CONFLICT,
        ru="Программа не утверждена.",
        en="The programme is not approved.",
        field="programme_id",
    )
