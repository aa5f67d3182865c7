"""What can be asked about agencies' systems."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from chassis.http import Order, Page, PageQuery, paginate
from chassis.work import Unit
from pydantic import BaseModel
from sqlalchemy import select

from intake.agencies.model import AgencyEndpoint
from intake.directory.queries.names import Names, names_of


async def endpoints(page: PageQuery, unit: Unit) -> Page[EndpointView]:
    """The agencies' systems the actor may see; no secret is shown."""
    rows, cursor, total = await paginate(unit.session, select(AgencyEndpoint), page, ENDPOINTS)
    names = await names_of((row[0].organisation_id for row in rows), unit)
    return Page(items=[_shown(row[0], names, None) for row in rows], next_cursor=cursor, total=total)


class EndpointView(BaseModel):
    """``secret`` is shown where it is new, and never again."""

    id: UUID
    region: str
    organisation_id: UUID
    organisation_title: str | None
    callback_url: str | None
    active: bool
    earlier_until: datetime | None
    secret: str | None = None


async def view(endpoint: AgencyEndpoint, secret: str | None, unit: Unit) -> EndpointView:
    """What may be shown of an endpoint; ``secret``: where it is new."""
    return _shown(endpoint, await names_of([endpoint.organisation_id], unit), secret)


def _shown(endpoint: AgencyEndpoint, names: Names, secret: str | None) -> EndpointView:
    return EndpointView(
        id=endpoint.id,
        region=endpoint.region,
        organisation_id=endpoint.organisation_id,
        organisation_title=names.of(endpoint.organisation_id),
        callback_url=endpoint.callback_url,
        active=endpoint.active,
        earlier_until=endpoint.earlier_until,
        secret=secret,
    )


_endpoint = AgencyEndpoint.__table__.c
ENDPOINTS = Order({"registered_at": _endpoint["registered_at"]}, _endpoint["id"], "registered_at")
