"""The HTTP door of agencies' own systems."""

from __future__ import annotations

from uuid import UUID

from chassis.http import Page, PageQueryDep, Router, UnitDep

from intake.agencies import queries
from intake.agencies.commands import keep_endpoint
from intake.agencies.commands.keep_endpoint import ChangeEndpoint, RegisterEndpoint
from intake.agencies.queries import EndpointView

router = Router(tags=["referrals"])


@router.get("/agency-endpoints", permission="agency_endpoint:read", sort=queries.ENDPOINTS)
async def list_agency_endpoints(paging: PageQueryDep, unit: UnitDep) -> Page[EndpointView]:
    """List agencies' own systems; secrets are never shown again."""
    return await queries.endpoints(paging, unit)


@router.post("/agency-endpoints", permission="agency_endpoint:register", status_code=201)
async def register_agency_endpoint(command: RegisterEndpoint, unit: UnitDep) -> EndpointView:
    """Register an agency's system; its secret is shown in this answer and never again."""
    return await keep_endpoint.register_endpoint(command, unit)


@router.put("/agency-endpoints/{endpoint_id}", permission="agency_endpoint:change")
async def change_agency_endpoint(endpoint_id: UUID, command: ChangeEndpoint, unit: UnitDep) -> EndpointView:
    """Change the address of an agency's system, give it a new secret, or close it."""
    return await keep_endpoint.change_endpoint(endpoint_id, command, unit)
