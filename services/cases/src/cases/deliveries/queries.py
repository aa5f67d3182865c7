"""What was delivered, how the month stands, which acts wait for a signature."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Any
from uuid import UUID

from chassis.http import Order, Page, PageQuery, paginate
from chassis.work import Unit
from contracts.access import FieldGroup
from contracts.identifiers import Accounting, DeliveryMode, ProgrammeKind, ServiceGroup
from pydantic import BaseModel, Field
from sqlalchemy import Integer, Select, func, select

from cases.deliveries.acts import Services, UrgentAct
from cases.deliveries.model import AwaitedVisit, Delivery, IllnessPause
from cases.deliveries.quota import Done, GroupQuota, Term, days_left, forecast
from cases.files.model import CaseFile
from cases.files.visible import audited, audited_list, readable_file
from cases.pack import CasesPack
from cases.programmes.model import Programme, ProgrammeVersion, State
from cases.region import pack_of, today

CORE = frozenset({FieldGroup.CORE})
_IN_FORCE_ONCE = (State.APPROVED, State.FINISHED)

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
    day, pack = today(unit, file.region), pack_of(unit, file.region)
    month = month or f"{day:%Y-%m}"
    pauses = [pause.as_term() for pause in await _pauses(file.id, unit)]
    cards = [
        await _programme_quota(programme, version, day, pauses, pack, unit)
        for programme, version in await _cards(file.id, month, pack, unit)
    ]
    await audited(file, CORE, unit, len(cards))
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


class DeliveredService(BaseModel):
    """One delivered service: who, what, when, where, how long."""

    id: UUID
    programme_id: UUID | None
    visit_id: UUID | None
    act_id: UUID | None
    service: str
    title: str
    group: ServiceGroup
    mode: DeliveryMode
    accounting: Accounting
    specialist_id: UUID | None
    delivered_on: date
    minutes: int


class DeliveryQuery(PageQuery):
    """Which delivered services are wanted, and which page of them; both dates are included."""

    programme_id: UUID | None = None
    group: ServiceGroup | None = None
    accounting: Accounting | None = None
    since: date | None = None
    until: date | None = None

    def narrow(self, statement: Select[Any]) -> Select[Any]:
        """The narrowed statement."""
        conditions = [
            self.programme_id is None or Delivery.programme_id == self.programme_id,
            self.group is None or Delivery.group == self.group,
            self.accounting is None or Delivery.accounting == self.accounting,
            self.since is None or Delivery.delivered_on >= self.since,
            self.until is None or Delivery.delivered_on <= self.until,
        ]
        return statement.where(*(condition for condition in conditions if condition is not True))


DELIVERY_ORDER = Order({"delivered_on": Delivery.__table__.c.delivered_on}, Delivery.__table__.c.id, "-delivered_on")


async def deliveries(case_id: UUID, query: DeliveryQuery, unit: Unit) -> Page[DeliveredService]:
    """One page of a file's delivered services, latest first."""
    file = await readable_file(case_id, unit)
    statement = query.narrow(select(Delivery).where(Delivery.case_id == file.id, Delivery.cancelled_at.is_(None)))
    rows, cursor = await paginate(unit.session, statement, query, DELIVERY_ORDER)
    await audited(file, CORE, unit, len(rows))
    pack = pack_of(unit, file.region)
    return Page(items=[_delivered(row[0], pack) for row in rows], next_cursor=cursor)


def _delivered(delivery: Delivery, pack: CasesPack) -> DeliveredService:
    service = pack.service(delivery.service)
    values = {name: getattr(delivery, name) for name in DeliveredService.model_fields if name != "title"}
    return DeliveredService(**values, title=service.title if service else delivery.service)


class ActService(BaseModel):
    """A line of an act."""

    service: str
    title: str
    group: ServiceGroup
    minutes: int
    specialist_id: UUID | None


class ActCard(BaseModel):
    """An act of urgent services as prefilled or signed; ``reported`` is what the trip says now, where that differs."""

    id: UUID
    case_id: UUID
    child_id: UUID
    version: int
    trip_id: UUID
    day: date
    services: list[ActService]
    reported: list[ActService] | None
    signed_on: date | None


ACT_ORDER = Order({"day": UrgentAct.__table__.c.day}, UrgentAct.__table__.c.id, "-day")


class ActQuery(PageQuery):
    """Which acts are wanted."""

    signed: bool | None = None
    questioned: bool | None = None
    trip_id: UUID | None = None

    def narrow(self, statement: Select[Any]) -> Select[Any]:
        """The narrowed statement; an act nothing was given under is no act."""
        conditions = [
            func.jsonb_array_length(UrgentAct.services, type_=Integer) > 0,
            self.signed is None or UrgentAct.signed_on.is_not(None) == self.signed,
            self.questioned is None or UrgentAct.reported.is_not(None) == self.questioned,
            self.trip_id is None or UrgentAct.trip_id == self.trip_id,
        ]
        return statement.where(*(condition for condition in conditions if condition is not True))


async def urgent_acts(query: ActQuery, unit: Unit) -> Page[ActCard]:
    """Acts of the families the reader may see."""
    statement = query.narrow(select(UrgentAct).join(CaseFile, CaseFile.id == UrgentAct.case_id))
    rows, cursor = await paginate(unit.session, statement, query, ACT_ORDER)
    acts = [row[0] for row in rows]
    await audited_list([(act.child_id, act.case_id) for act in acts], CORE, unit)
    return Page(items=[_act(act, pack_of(unit, act.region)) for act in acts], next_cursor=cursor)


def _act(act: UrgentAct, pack: CasesPack) -> ActCard:
    kept = {name: getattr(act, name) for name in ActCard.model_fields if name not in {"services", "reported"}}
    reported = None if act.reported is None else _lines(act.reported, pack)
    return ActCard(**kept, services=_lines(act.services, pack), reported=reported)


def _lines(services: Services, pack: CasesPack) -> list[ActService]:
    lines = []
    for given in services:
        service = pack.service(given.service_code)
        lines.append(
            ActService(
                service=given.service_code,
                title=service.title if service else given.service_code,
                group=given.group,
                minutes=given.minutes,
                specialist_id=given.specialist_id,
            )
        )
    return lines
