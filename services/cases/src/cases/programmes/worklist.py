"""What the head and the coordinator have to do about programmes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from uuid import UUID

from chassis.work import Unit
from contracts.access import relations
from contracts.worklist import RouteStep, WorkItem
from sqlalchemy import select
from workdays import Standing, overdue

from cases.files.model import CaseFile
from cases.local_time import today, zone
from cases.pack import CasesPack
from cases.programmes.model import Programme, ProgrammeState, ProgrammeVersion

_LATEST_DAYS = timedelta(days=60)
Found = tuple[Programme, ProgrammeVersion, CaseFile]

ACTIONS = {
    "programme_to_approve": "approveProgramme",
    "programme_ending": "correctProgramme",
}
"""What is done with an item of each kind: the operation id of its route."""


async def work(unit: Unit) -> Sequence[WorkItem]:
    """Programmes to approve, for those who may approve; programmes that end soon, for everybody who serves."""
    approvers = bool(relations(unit.actor.roles, "programme", "approve"))
    to_approve = [_to_approve(found) for found in await _in(ProgrammeState.SIGNED, unit)] if approvers else []
    ending = [_ending(found, unit) for found in await _in(ProgrammeState.APPROVED, unit) if _ends_soon(found, unit)]
    return [*to_approve, *ending]


async def _in(state: ProgrammeState, unit: Unit) -> list[Found]:
    statement = (
        select(Programme, ProgrammeVersion, CaseFile)
        .join(ProgrammeVersion, ProgrammeVersion.programme_id == Programme.id)
        .join(CaseFile, CaseFile.id == Programme.case_id)
        .where(ProgrammeVersion.state == state)
    )
    if state is ProgrammeState.APPROVED:
        statement = statement.where(ProgrammeVersion.ends_on <= unit.now.date() + _LATEST_DAYS)
    return [(programme, version, file) for programme, version, file in await unit.session.execute(statement)]


def _ends_soon(found: Found, unit: Unit) -> bool:
    _, version, file = found
    days = (version.ends_on - today(unit, file.region)).days
    return 0 <= days <= unit.packs.of(CasesPack, file.region).ending_soon_days


def _to_approve(found: Found) -> WorkItem:
    programme, version, file = found
    return WorkItem(
        id=f"programme_to_approve:{programme.id}:{version.number}",
        service="cases",
        kind="programme_to_approve",
        step=RouteStep.PROGRAMME,
        group=file.child_id,
        subject_id=programme.id,
        number=file.number,
        title=f"Утвердить программу ({programme.kind.upper()}), подписанную представителем",
        region=file.region,
        territory=file.territory,
        organisation_id=file.serving_organisation_id,
        created_at=version.drawn_up_at,
        standing=Standing.OPEN,
        url=_url(programme.id),
    )


def _ending(found: Found, unit: Unit) -> WorkItem:
    programme, version, file = found
    soon = timedelta(days=unit.packs.of(CasesPack, file.region).ending_soon_days)
    due_at = datetime.combine(version.ends_on, time.max, zone(unit, file.region)).replace(microsecond=0)
    return WorkItem(
        id=f"programme_ending:{programme.id}:{version.number}",
        service="cases",
        kind="programme_ending",
        step=RouteStep.PROGRAMME,
        group=file.child_id,
        subject_id=programme.id,
        number=file.number,
        title=f"Заканчивается программа ({programme.kind.upper()})",
        region=file.region,
        territory=file.territory,
        organisation_id=file.serving_organisation_id,
        assigned_to=file.coordinator_id,
        created_at=version.approved_at or version.drawn_up_at,
        due_at=due_at,
        standing=overdue(due_at, None, unit.now, soon),
        explanation=f"Последний день программы: {version.ends_on:%d.%m.%Y}.",
        url=_url(programme.id),
    )


def _url(programme_id: UUID) -> str:
    return f"/cases/programmes/{programme_id}"
