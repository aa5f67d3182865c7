"""Services entered by hand, outside a planned visit."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from chassis.work import Unit
from contracts.identifiers import Accounting, Code, DeliveryMode
from pydantic import BaseModel, ConfigDict, Field

from cases.deliveries import errors
from cases.deliveries.commands.enter_delivery import enter_delivery
from cases.deliveries.model import Delivery
from cases.files import errors as file_errors
from cases.files.model import CaseFile
from cases.local_time import today
from cases.pack import CasesPack, CatalogueService, ProgrammeRules
from cases.programmes.model import Programme
from cases.requests import Command


class RecordDelivery(Command):
    """A service given outside a planned visit; ``id`` makes a resend harmless. Group and minutes are the
    catalogue's unless given."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "service": "psychologist_session",
                    "mode": "home",
                    "programme_id": "0194f5d2-7c1e-7a3b-9d40-5e6f70819204",
                    "delivered_on": "2026-03-12",
                    "minutes": 45,
                    "specialist_id": "0194f5d2-7c1e-7a3b-9d40-5e6f70819201",
                }
            ]
        }
    )

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
    """Enter a service of a programme by hand: on a day of its term, in a mode of its kind (D4-07, D4-21)."""
    file = await unit.get(CaseFile, case_id, "delivery:record", under=True)
    day = today(unit, file.region)
    delivered_on = command.delivered_on or day
    if delivered_on > day:
        raise file_errors.in_the_future("delivered_on")
    programme = await unit.session.get(Programme, command.programme_id)
    if programme is None or programme.case_id != file.id:
        raise file_errors.unknown_code("programme_id")
    rules = unit.packs.of(CasesPack, file.region).programmes[programme.kind]
    _check_within(programme, command.line_id, delivered_on)
    service = _catalogued(command, rules, unit.packs.of(CasesPack, file.region))
    delivery = Delivery(
        id=command.id or unit.new_id(),
        case_id=file.id,
        child_id=file.child_id,
        programme_id=programme.id,
        line_id=command.line_id,
        service=service.code,
        group=service.group,
        mode=command.mode,
        accounting=rules.accounting,
        specialist_id=command.specialist_id,
        delivered_on=delivered_on,
        minutes=command.minutes or service.minutes,
    )
    await enter_delivery(delivery, file, unit)
    return DeliveryEntered(id=delivery.id, case_id=file.id, accounting=rules.accounting)


def _check_within(programme: Programme, line_id: UUID | None, day: date) -> None:
    """What was given on the last day may be entered later, when the programme has ended."""
    version = programme.once_in_force
    if version is None:
        raise errors.not_approved()
    if not version.starts_on <= day <= version.ends_on:
        raise errors.outside_the_term()
    if line_id is not None and line_id not in {line.id for line in version.content.lines}:
        raise file_errors.unknown_code("line_id")


def _catalogued(command: RecordDelivery, rules: ProgrammeRules, pack: CasesPack) -> CatalogueService:
    service = pack.service(command.service)
    if service is None:
        raise file_errors.unknown_code("service")
    if command.mode not in service.modes & rules.modes:
        raise file_errors.unknown_code("mode")
    return service
