"""Acts of urgent services: drawn up from trips, signed by families, settled by a person where they are questioned."""

from __future__ import annotations

from datetime import date
from itertools import groupby
from uuid import UUID

import structlog
from chassis.errors import not_found
from chassis.work import Unit
from contracts.access import Permission
from contracts.identifiers import ConsentForm
from contracts.scheduling import TripPerformed
from pydantic import BaseModel
from sqlalchemy import delete, select

from cases.base import Command
from cases.deliveries.acts import Services, ServicesWithoutFile, Stands, UrgentAct, signed_before_the_trip
from cases.deliveries.commands.entries import cancel, enter
from cases.deliveries.model import Delivery
from cases.files import errors
from cases.files.model import CaseFile
from cases.region import today

log = structlog.get_logger(__name__)


async def draw_up_acts(event: TripPerformed, unit: Unit) -> None:
    """Prefill one act for each family that was served at the point (D4-21), and let known acts follow the trip.

    A file that is not here is listed for a person and holds no other family up.
    """
    services = sorted(event.services, key=lambda service: service.case_id)
    told = {case_id: tuple(of_family) for case_id, of_family in groupby(services, key=lambda one: one.case_id)}
    acts = await unit.session.scalars(select(UrgentAct).where(UrgentAct.trip_id == event.trip_id))
    known = {act.case_id: act for act in acts}
    await unit.session.execute(delete(ServicesWithoutFile).where(ServicesWithoutFile.trip_id == event.trip_id))
    for case_id, act in known.items():
        act.follow(told.get(case_id, ()))
    for case_id in told.keys() - known.keys():
        await _draw_up(event, case_id, told[case_id], unit)


async def _draw_up(event: TripPerformed, case_id: UUID, services: Services, unit: Unit) -> None:
    file = await unit.session.get(CaseFile, case_id)
    if file is not None:
        unit.session.add(UrgentAct.draw_up(event, file, services, unit.now))
        return
    log.warning("services without a file", trip_id=str(event.trip_id), case_id=str(case_id))
    kept = event.model_dump(include={"trip_id", "region", "territory", "organisation_id", "day"})
    unit.session.add(ServicesWithoutFile(**kept, case_id=case_id, services=len(services), found_at=unit.now))


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
    act, file = await _locked(act_id, "urgent_act:sign", unit)
    signed_on = _signing_day(command, act, file, unit)
    act.sign(command.form, signed_on, unit.actor.id)
    for delivery in act.deliveries():
        await enter(delivery, file, unit)
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
    if signed_on < act.day:
        raise signed_before_the_trip()
    return signed_on


class ActSettled(BaseModel):
    """The act as decided; without ``signed_on`` it has to be signed anew."""

    id: UUID
    case_id: UUID
    version: int
    signed_on: date | None
    services: int


class SettleUrgentAct(Command):
    """Which list stands: the one that was signed, or the one the trip reports now."""

    stands: Stands


async def settle_urgent_act(act_id: UUID, command: SettleUrgentAct, unit: Unit) -> ActSettled:
    """Decide on a questioned act. Where the report stands, nothing counts until it is signed anew."""
    act, file = await _locked(act_id, "urgent_act:settle", unit)
    act.settle(command.stands)
    if command.stands is Stands.REPORTED:
        await cancel(Delivery.act_id == act.id, file, unit)
    return ActSettled(
        id=act.id, case_id=act.case_id, version=act.version, signed_on=act.signed_on, services=len(act.services)
    )


async def _locked(act_id: UUID, permission: str, unit: Unit) -> tuple[UrgentAct, CaseFile]:
    act = await unit.session.get(UrgentAct, act_id)
    if act is None:
        raise not_found()
    expected, unit.if_match = unit.if_match, None
    file = await unit.get(CaseFile, act.case_id, Permission(permission))
    act = await unit.session.get_one(UrgentAct, act_id, populate_existing=True)
    act.check_version(expected)
    return act, file
