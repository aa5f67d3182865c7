"""Acts of urgent services that wait for a signature or a decision, and services nobody has a file for."""

from __future__ import annotations

from collections.abc import Sequence

from chassis.work import Unit
from contracts.access import relations
from contracts.worklist import RouteStep, WorkItem
from sqlalchemy import Integer, func, select
from workdays import Standing

from cases.deliveries.model import ServicesWithoutFile, UrgentAct
from cases.files.model import CaseFile

MOST = 200

ACTIONS = {
    "act_to_sign": "signUrgentAct",
    "act_questioned": "settleUrgentAct",
}
"""What is done with an item of each kind: the operation id of its route."""


async def work(unit: Unit) -> Sequence[WorkItem]:
    """What those who may take a signature, or decide on a questioned act, have to do (D4-21)."""
    if not relations(unit.actor.roles, "urgent_act", "sign"):
        return []
    wanted = UrgentAct.signed_on.is_(None) & (func.jsonb_array_length(UrgentAct.services, type_=Integer) > 0)
    if relations(unit.actor.roles, "urgent_act", "settle"):
        wanted |= UrgentAct.reported.is_not(None)
    rows = await unit.session.execute(
        select(UrgentAct, CaseFile)
        .join(CaseFile, CaseFile.id == UrgentAct.case_id)
        .where(wanted)
        .order_by(UrgentAct.day)
        .limit(MOST)
    )
    strange = await unit.session.scalars(select(ServicesWithoutFile).order_by(ServicesWithoutFile.day).limit(MOST))
    return [*(_act(act, file) for act, file in rows), *(_without_file(one) for one in strange)]


def _act(act: UrgentAct, file: CaseFile) -> WorkItem:
    questioned = act.signed_on is not None
    kind = "act_questioned" if questioned else "act_to_sign"
    title = (
        f"Акт срочных услуг за {act.day:%d.%m.%Y} подписан, но отчёт о выезде изменён: решить, что верно"
        if questioned
        else f"Подписать акт о предоставлении срочных услуг за {act.day:%d.%m.%Y}"
    )
    return WorkItem(
        id=f"{kind}:{act.id}",
        service="cases",
        kind=kind,
        step=RouteStep.URGENT_ACT,
        group=file.child_id,
        subject_id=act.id,
        number=file.number,
        title=title,
        region=file.region,
        territory=file.territory,
        organisation_id=file.serving_organisation_id,
        created_at=act.drawn_up_at,
        standing=Standing.OPEN,
        url="/cases/urgent-acts?questioned=true" if questioned else "/cases/urgent-acts?signed=false",
    )


def _without_file(found: ServicesWithoutFile) -> WorkItem:
    return WorkItem(
        id=f"act_without_file:{found.trip_id}:{found.case_id}",
        service="cases",
        kind="act_without_file",
        step=RouteStep.URGENT_ACT,
        group=found.trip_id,
        subject_id=found.trip_id,
        title=f"Выезд {found.day:%d.%m.%Y}: услуги ребёнку, личного дела которого нет; акт не составлен",
        region=found.region,
        territory=found.territory,
        organisation_id=found.organisation_id,
        created_at=found.found_at,
        standing=Standing.OPEN,
        explanation=f"Услуг: {found.services}. Проверьте отчёт о выезде.",
        url=f"/scheduling/trips/{found.trip_id}",
    )
