"""Acts of urgent services are drawn up from what a brigade did on a trip."""

from __future__ import annotations

from itertools import groupby
from uuid import UUID

import structlog
from chassis.work import Unit
from contracts.scheduling import TripPerformed
from sqlalchemy import delete, select

from cases.deliveries.model import Services, ServicesWithoutFile, UrgentAct
from cases.files.model import CaseFile

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
    without_file = ServicesWithoutFile(
        trip_id=event.trip_id,
        case_id=case_id,
        region=event.region,
        territory=event.territory,
        organisation_id=event.organisation_id,
        day=event.day,
        services=len(services),
        found_at=unit.now,
    )
    unit.session.add(without_file)
