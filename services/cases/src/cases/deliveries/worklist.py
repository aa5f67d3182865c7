"""Acts of urgent services that wait for a signature."""

from __future__ import annotations

from collections.abc import Sequence

from chassis.unit import Unit
from contracts.access import relations
from contracts.worklist import WorkItem
from sqlalchemy import select
from workdays import Standing

from cases.deliveries.model import UrgentAct
from cases.files.model import CaseFile


async def worklist(unit: Unit) -> Sequence[WorkItem]:
    """One item per unsigned act, for those who may take the signature."""
    if not relations(unit.actor.roles, "urgent_act", "sign"):
        return []
    rows = await unit.session.execute(
        select(UrgentAct, CaseFile)
        .join(CaseFile, CaseFile.id == UrgentAct.case_id)
        .where(UrgentAct.signed_on.is_(None))
        .order_by(UrgentAct.day)
        .limit(200)
    )
    return [_to_sign(act, file) for act, file in rows]


def _to_sign(act: UrgentAct, file: CaseFile) -> WorkItem:
    return WorkItem(
        id=f"act_to_sign:{act.id}",
        service="cases",
        kind="act_to_sign",
        subject_id=act.id,
        number=file.number,
        title=f"Подписать акт о предоставлении срочных услуг за {act.day:%d.%m.%Y}",
        region=file.region,
        territory=file.territory,
        organisation_id=file.serving_organisation_id,
        created_at=act.drawn_up_at,
        standing=Standing.OPEN,
        url="/cases/urgent-acts?signed=false",
    )
