"""The HTTP door of trips and the families invited to them."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from chassis.http import Page, PageQueryDep, Router, UnitDep
from fastapi import Query

from scheduling.trips import queries
from scheduling.trips.commands import cancel_trip as cancellation
from scheduling.trips.commands import plan_trip as planning
from scheduling.trips.commands import publish_trip as publication
from scheduling.trips.model import Trip
from scheduling.trips.queries import FamilyInvitation, InvitationFilter, TripCard, TripFilter

router = Router(tags=["trips"])


@router.post("/trips", permission="trip:plan", status_code=201)
async def plan_trip(command: planning.PlanTrip, unit: UnitDep) -> TripCard:
    """Plan a brigade's day at a point."""
    return await queries.trip_card(await planning.plan_trip(command, unit), unit)


@router.get("/trips", permission="trip:read", sort=queries.TRIPS)
async def list_trips(wanted: Annotated[TripFilter, Query()], query: PageQueryDep, unit: UnitDep) -> Page[TripCard]:
    """Trips by day."""
    return await queries.trips(wanted, query, unit)


@router.get("/trips/{trip_id}", permission="trip:read")
async def get_trip(trip_id: UUID, unit: UnitDep) -> TripCard:
    """A trip; the host sees counts, not families."""
    return await queries.trip_card(await unit.get(Trip, trip_id, "trip:read"), unit)


@router.post("/trips/{trip_id}/confirm", permission="trip:confirm")
async def confirm_trip(trip_id: UUID, unit: UnitDep) -> TripCard:
    """The host confirms the day."""
    return await queries.trip_card(await publication.confirm_trip(trip_id, unit), unit)


@router.post("/trips/{trip_id}/publish", permission="trip:publish")
async def publish_trip(trip_id: UUID, unit: UnitDep) -> TripCard:
    """Book everybody and invite the families."""
    return await queries.trip_card(await publication.publish_trip(trip_id, unit), unit)


@router.post("/trips/{trip_id}/cancel", permission="trip:cancel")
async def cancel_trip(trip_id: UUID, command: cancellation.CancelTrip, unit: UnitDep) -> TripCard:
    """The brigade does not come, or the host cannot take it in; invited families are told."""
    return await queries.trip_card(await cancellation.cancel_trip(trip_id, command, unit), unit)


@router.get("/invitations", permission="visit:read", sort=queries.INVITATIONS)
async def list_invitations(
    wanted: Annotated[InvitationFilter, Query()], query: PageQueryDep, unit: UnitDep
) -> Page[FamilyInvitation]:
    """When families are expected at points; a family sees its own."""
    return await queries.invitations(wanted, query, unit)
