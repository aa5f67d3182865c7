"""Acts of urgent services: as prefilled, signed or questioned."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from chassis.http import Order, Page, PageQuery, paginate
from chassis.work import Unit
from contracts.identifiers import ServiceGroup
from pydantic import BaseModel, Field
from sqlalchemy import Integer, Select, func, select

from cases.deliveries.model import Services, ServicesWithoutFile, UrgentAct
from cases.files.model import CaseFile
from cases.files.queries import CORE, audit_reads
from cases.pack import CasesPack, title_of


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
    since: date | None = Field(None, description="First day of the act, included.")
    until: date | None = Field(None, description="Last day of the act, included.")

    def narrow(self, statement: Select[Any]) -> Select[Any]:
        """The narrowed statement; an act nothing was given under is no act."""
        conditions = [
            func.jsonb_array_length(UrgentAct.services, type_=Integer) > 0,
            self.signed is None or UrgentAct.signed_on.is_not(None) == self.signed,
            self.questioned is None or UrgentAct.reported.is_not(None) == self.questioned,
            self.trip_id is None or UrgentAct.trip_id == self.trip_id,
            self.since is None or UrgentAct.day >= self.since,
            self.until is None or UrgentAct.day <= self.until,
        ]
        return statement.where(*(condition for condition in conditions if condition is not True))


async def urgent_acts(query: ActQuery, unit: Unit) -> Page[ActCard]:
    """Acts of the families the reader may see."""
    statement = query.narrow(select(UrgentAct).join(CaseFile, CaseFile.id == UrgentAct.case_id))
    rows, cursor, total = await paginate(unit.session, statement, query, ACT_ORDER)
    acts = [row[0] for row in rows]
    await audit_reads([(act.child_id, act.case_id) for act in acts], CORE, unit)
    return Page(
        items=[_act(act, unit.packs.of(CasesPack, act.region)) for act in acts], next_cursor=cursor, total=total
    )


def _act(act: UrgentAct, pack: CasesPack) -> ActCard:
    return ActCard(
        id=act.id,
        case_id=act.case_id,
        child_id=act.child_id,
        version=act.version,
        trip_id=act.trip_id,
        day=act.day,
        services=_lines(act.services, pack),
        reported=None if act.reported is None else _lines(act.reported, pack),
        signed_on=act.signed_on,
    )


def _lines(services: Services, pack: CasesPack) -> list[ActService]:
    return [
        ActService(
            service=given.service_code,
            title=title_of(given.service_code, pack.services),
            group=given.group,
            minutes=given.minutes,
            specialist_id=given.specialist_id,
        )
        for given in services
    ]


async def open_acts(unit: Unit) -> Mapping[tuple[str, ...], float]:
    """How many acts are questioned, and how many families of trips have no file here."""
    questioned = select(func.count()).select_from(UrgentAct).where(UrgentAct.reported.is_not(None))
    strange = select(func.count()).select_from(ServicesWithoutFile)
    return {
        ("questioned",): float(await unit.session.scalar(questioned) or 0),
        ("without_file",): float(await unit.session.scalar(strange) or 0),
    }
