"""What can be asked about agencies' systems."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from chassis.http import Order, Page, PageQuery, paginate
from chassis.work import Unit
from pydantic import BaseModel
from sqlalchemy import select

from intake.agencies.model import AgencyEndpoint


async def endpoints(page: PageQuery, unit: Unit) -> Page[EndpointView]:
    """The agencies' systems the actor may see; no secret is shown."""
    rows, cursor, total = await paginate(unit.session, select(AgencyEndpoint), page, ENDPOINTS)
    return Page(items=[view(row[0]) for row in rows], next_cursor=cursor, total=total)


class EndpointView(BaseModel):
    """``secret`` is shown where it is new, and never again."""

    id: UUID
    region: str
    organisation_id: UUID
    callback_url: str | None
    active: bool
    earlier_until: datetime | None
    secret: str | None = None


def view(endpoint: AgencyEndpoint, secret: str | None = None) -> EndpointView:
    """What may be shown of an endpoint."""
    values = {name: getattr(endpoint, name) for name in EndpointView.model_fields if name != "secret"}
    return EndpointView(**values, secret=secret)


_endpoint = AgencyEndpoint.__table__.c
ENDPOINTS = Order({"registered_at": _endpoint["registered_at"]}, _endpoint["id"], "registered_at")
