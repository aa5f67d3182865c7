"""Delivered services of a file."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from chassis.http import Order, Page, PageQuery, paginate
from chassis.work import Unit
from contracts.identifiers import Accounting, DeliveryMode, ServiceGroup
from pydantic import BaseModel, Field
from sqlalchemy import Select, select

from cases.deliveries.model import Delivery
from cases.files.queries import CORE, audit_read, readable_file
from cases.pack import CasesPack, title_of


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
    """Which delivered services are wanted, and which page of them."""

    programme_id: UUID | None = None
    group: ServiceGroup | None = None
    accounting: Accounting | None = None
    since: date | None = Field(None, description="First day of delivery, included.")
    until: date | None = Field(None, description="Last day of delivery, included.")

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
    rows, cursor, total = await paginate(unit.session, statement, query, DELIVERY_ORDER)
    await audit_read(file, CORE, unit, len(rows))
    pack = unit.packs.of(CasesPack, file.region)
    return Page(items=[_delivered(row[0], pack) for row in rows], next_cursor=cursor, total=total)


def _delivered(delivery: Delivery, pack: CasesPack) -> DeliveredService:
    return DeliveredService(
        id=delivery.id,
        programme_id=delivery.programme_id,
        visit_id=delivery.visit_id,
        act_id=delivery.act_id,
        service=delivery.service,
        title=title_of(delivery.service, pack.services),
        group=delivery.group,
        mode=delivery.mode,
        accounting=delivery.accounting,
        specialist_id=delivery.specialist_id,
        delivered_on=delivery.delivered_on,
        minutes=delivery.minutes,
    )
