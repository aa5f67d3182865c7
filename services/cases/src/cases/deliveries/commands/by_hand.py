"""Services entered by hand, outside a planned visit."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from chassis.errors import DomainError, Kind
from chassis.unit import Unit
from contracts.identifiers import Accounting, Code, DeliveryMode
from pydantic import BaseModel, Field

from cases.base import Command
from cases.deliveries.commands.entries import enter
from cases.deliveries.model import Delivery
from cases.files import errors
from cases.files.model import CaseFile
from cases.pack import CasesPack, CatalogueService
from cases.programmes.model import Programme
from cases.region import pack_of, today


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
    await enter(delivery, file, unit)
    return DeliveryEntered(id=delivery.id, case_id=file.id, accounting=accounting)


def _catalogued(command: RecordDelivery, pack: CasesPack) -> CatalogueService:
    service = pack.service(command.service)
    if service is None:
        raise errors.unknown_code("service")
    if command.mode not in service.modes:
        raise errors.unknown_code("mode")
    return service


def not_approved() -> DomainError:
    """409: services are given under an approved programme."""
    return DomainError(
        "programme_not_approved",
        Kind.CONFLICT,
        ru="Программа не утверждена.",
        en="The programme is not approved.",
        field="programme_id",
    )
