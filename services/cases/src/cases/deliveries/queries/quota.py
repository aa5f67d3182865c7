"""What was delivered, how the month stands, which acts wait for a signature."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated
from uuid import UUID

from chassis.work import Unit
from contracts.access import FieldGroup
from contracts.identifiers import ProgrammeKind, ServiceGroup
from pydantic import BaseModel, Field
from sqlalchemy import select

from cases.deliveries.model import AwaitedVisit, Delivery, IllnessPause
from cases.deliveries.quota import Done, GroupQuota, Term, days_left, forecast
from cases.files.queries import audit_read, readable_file
from cases.local_time import today
from cases.pack import CasesPack
from cases.programmes.model import Programme, ProgrammeState, ProgrammeVersion

CORE = frozenset({FieldGroup.CORE})
_IN_FORCE_ONCE = (ProgrammeState.APPROVED, ProgrammeState.FINISHED)

Month = Annotated[str, Field(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$")]


class GroupStanding(BaseModel):
    """One group of the quota: ``shortfall`` is what will be missing on the last day if nothing changes."""

    group: ServiceGroup
    required: int
    done: int
    planned: int
    postponed: int
    shortfall: int


class ProgrammeQuota(BaseModel):
    """How one card stands; ``days_left`` are days of its term on which the child can still be visited."""

    programme_id: UUID
    kind: ProgrammeKind
    starts_on: date
    ends_on: date
    days_left: int
    groups: list[GroupStanding]


class QuotaCard(BaseModel):
    """The quotas of a child in one month."""

    case_id: UUID
    child_id: UUID
    month: str
    programmes: list[ProgrammeQuota]
    pauses: list[tuple[date, date]]


async def quota(case_id: UUID, month: str | None, unit: Unit) -> QuotaCard:
    """Done, planned and missing per group (D4-07), for every card with a minimum whose term touches the month."""
    file = await readable_file(case_id, unit)
    day, pack = today(unit, file.region), unit.packs.of(CasesPack, file.region)
    month = month or f"{day:%Y-%m}"
    pauses = [pause.as_term() for pause in await _pauses(file.id, unit)]
    cards = [
        await _programme_quota(programme, version, day, pauses, pack, unit)
        for programme, version in await _cards(file.id, month, pack, unit)
    ]
    await audit_read(file, CORE, unit, len(cards))
    return QuotaCard(
        case_id=file.id,
        child_id=file.child_id,
        month=month,
        programmes=cards,
        pauses=[(pause.first, pause.last) for pause in pauses],
    )


async def _cards(case_id: UUID, month: str, pack: CasesPack, unit: Unit) -> list[tuple[Programme, ProgrammeVersion]]:
    first = date.fromisoformat(f"{month}-01")
    last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    with_minimum = [kind for kind, rules in pack.programmes.items() if rules.minimum]
    rows = await unit.session.execute(
        select(Programme, ProgrammeVersion)
        .join(ProgrammeVersion, ProgrammeVersion.programme_id == Programme.id)
        .where(
            Programme.case_id == case_id,
            Programme.kind.in_(with_minimum),
            ProgrammeVersion.state.in_(_IN_FORCE_ONCE),
            ProgrammeVersion.starts_on <= last,
            ProgrammeVersion.ends_on >= first,
        )
        .order_by(ProgrammeVersion.starts_on)
    )
    return [(programme, version) for programme, version in rows]


async def _programme_quota(
    programme: Programme, version: ProgrammeVersion, day: date, pauses: list[Term], pack: CasesPack, unit: Unit
) -> ProgrammeQuota:
    term = Term(version.starts_on, version.ends_on)
    done = await unit.session.execute(
        select(Delivery.delivered_on, Delivery.group, Delivery.mode, Delivery.accounting).where(
            Delivery.programme_id == programme.id, Delivery.cancelled_at.is_(None)
        )
    )
    awaited = await unit.session.scalars(
        select(AwaitedVisit).where(AwaitedVisit.programme_id == programme.id, ~AwaitedVisit.reported)
    )
    groups = forecast(
        pack.programmes[programme.kind].minimum,
        term,
        [Done(*row) for row in done],
        [visit.as_awaited() for visit in awaited],
        pauses,
    )
    return ProgrammeQuota(
        programme_id=programme.id,
        kind=programme.kind,
        starts_on=term.first,
        ends_on=term.last,
        days_left=days_left(term, day, pauses),
        groups=[_standing(group) for group in groups],
    )


def _standing(group: GroupQuota) -> GroupStanding:
    return GroupStanding(
        group=group.group,
        required=group.required,
        done=group.done,
        planned=group.planned,
        postponed=group.postponed,
        shortfall=group.shortfall,
    )


async def _pauses(case_id: UUID, unit: Unit) -> list[IllnessPause]:
    found = await unit.session.scalars(
        select(IllnessPause).where(IllnessPause.case_id == case_id).order_by(IllnessPause.first)
    )
    return list(found)
