"""The register of delivered services: entered once, restated by a later report, taken back."""

from __future__ import annotations

from collections.abc import Sequence

from chassis.work import Unit
from sqlalchemy import ColumnElement, select

from cases.deliveries.model import Delivery
from cases.files.model import CaseFile


async def enter_delivery(delivery: Delivery, file: CaseFile, unit: Unit) -> None:
    """Enter a service once; the same visit or act may restate it, anybody else's entry under its id stays."""
    known = await unit.session.get(Delivery, delivery.id)
    if known is None:
        unit.session.add(delivery)
        delivery.enter(file)
    elif _reported(known) and (known.visit_id, known.act_id) == (delivery.visit_id, delivery.act_id):
        known.restate(delivery, file)


async def cancel_deliveries(
    of: ColumnElement[bool], file: CaseFile, unit: Unit, *, but: Sequence[Delivery] = ()
) -> None:
    """Take back the entries of a visit or an act, except those that are named again."""
    kept = {delivery.id for delivery in but}
    for delivery in await unit.session.scalars(select(Delivery).where(of)):
        if delivery.id not in kept:
            delivery.cancel(file.region, unit.now)


def _reported(delivery: Delivery) -> bool:
    return (delivery.visit_id or delivery.act_id) is not None
