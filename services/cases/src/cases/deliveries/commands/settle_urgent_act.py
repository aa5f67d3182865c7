"""A person decides on an act that differs from the trip's report."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from chassis.work import Unit
from pydantic import BaseModel, ConfigDict

from cases.deliveries.commands.enter_delivery import cancel_deliveries
from cases.deliveries.commands.sign_urgent_act import locked_act
from cases.deliveries.model import Delivery, Stands
from cases.requests import Command


class ActSettled(BaseModel):
    """The act as decided; without ``signed_on`` it has to be signed anew."""

    id: UUID
    case_id: UUID
    version: int
    signed_on: date | None
    services: int


class SettleUrgentAct(Command):
    """Which list stands: the one that was signed, or the one the trip reports now."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"stands": "reported"}]})

    stands: Stands


async def settle_urgent_act(act_id: UUID, command: SettleUrgentAct, unit: Unit) -> ActSettled:
    """Decide on a questioned act. Where the report stands, nothing counts until it is signed anew."""
    act, file = await locked_act(act_id, "urgent_act:settle", unit)
    act.settle(command.stands)
    if command.stands is Stands.REPORTED:
        await cancel_deliveries(Delivery.act_id == act.id, file, unit)
    return ActSettled(
        id=act.id, case_id=act.case_id, version=act.version, signed_on=act.signed_on, services=len(act.services)
    )
