"""The family signs the act of its urgent services."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from chassis.errors import not_found
from chassis.work import Unit
from contracts.access import Permission
from contracts.identifiers import ConsentForm
from pydantic import BaseModel, ConfigDict

from cases.deliveries import errors
from cases.deliveries.commands.enter_delivery import enter_delivery
from cases.deliveries.model import UrgentAct
from cases.files import errors as file_errors
from cases.files.model import CaseFile
from cases.local_time import today
from cases.requests import Command


class ActSigned(BaseModel):
    """The signed act and how many services it proves."""

    id: UUID
    case_id: UUID
    version: int
    signed_on: date
    services: int


class SignUrgentAct(Command):
    """How and when the recipient's representative signed."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"form": "paper", "signed_on": "2026-03-12"}]})

    form: ConsentForm = ConsentForm.PAPER
    signed_on: date | None = None


async def sign_urgent_act(act_id: UUID, command: SignUrgentAct, unit: Unit) -> ActSigned:
    """Note the signature; the services of the act are delivered from now on (accounting: urgent services)."""
    act, file = await locked_act(act_id, "urgent_act:sign", unit)
    signed_on = _signing_day(command, act, file, unit)
    act.sign(command.form, signed_on, unit.actor.id)
    for delivery in act.deliveries():
        await enter_delivery(delivery, file, unit)
    return ActSigned(
        id=act.id, case_id=act.case_id, version=act.version, signed_on=signed_on, services=len(act.services)
    )


def _signing_day(command: SignUrgentAct, act: UrgentAct, file: CaseFile, unit: Unit) -> date:
    if command.form is ConsentForm.TICK:
        raise file_errors.consent_not_written()
    day = today(unit, file.region)
    signed_on = command.signed_on or max(day, act.day)
    if signed_on > day:
        raise file_errors.in_the_future("signed_on")
    if signed_on < act.day:
        raise errors.signed_before_the_trip()
    return signed_on


async def locked_act(act_id: UUID, permission: str, unit: Unit) -> tuple[UrgentAct, CaseFile]:
    """The act under the lock of its file."""
    act = await unit.session.get(UrgentAct, act_id)
    if act is None:
        raise not_found()
    file = await unit.get(CaseFile, act.case_id, Permission(permission), under=False)
    act = await unit.session.get_one(UrgentAct, act_id, populate_existing=True)
    unit.require_version(act)
    return act, file
