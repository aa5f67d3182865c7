"""A visit was reported, for the first time or otherwise than before."""

from __future__ import annotations

from chassis.errors import not_found
from chassis.work import Unit
from contracts.identifiers import VisitOutcome
from contracts.scheduling import VisitReported

from cases.deliveries.commands.enter_delivery import cancel_deliveries, enter_delivery
from cases.deliveries.model import AwaitedVisit, Delivery
from cases.files.model import CaseFile
from cases.files.queries import known_file
from cases.local_time import local_day
from cases.pack import CasesPack
from cases.programmes.model import Programme


async def take_visit_report(event: VisitReported, unit: Unit) -> None:
    """Enter what was done on a visit, once by its id (D4-05); what a later one drops is taken back (T1)."""
    file = await known_file(event.case_id, unit)
    programme = await unit.session.get(Programme, event.programme_id)
    if programme is None:
        raise not_found()
    performed = event.outcome is VisitOutcome.PERFORMED
    if visit := await unit.session.get(AwaitedVisit, event.visit_id):
        # nobody was served: the services have lost their date, they have not been given
        visit.reported = performed
        visit.postponed = not performed
    given = _given(event, programme, file, unit) if performed else []
    await cancel_deliveries(Delivery.visit_id == event.visit_id, file, unit, but=given)
    for delivery in given:
        await enter_delivery(delivery, file, unit)


def _given(event: VisitReported, programme: Programme, file: CaseFile, unit: Unit) -> list[Delivery]:
    accounting = unit.packs.of(CasesPack, file.region).programmes[programme.kind].accounting
    return [
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
        )
        for service in event.services
    ]
