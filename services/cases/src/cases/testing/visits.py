"""Visits and trips of a family as scheduling tells them, and what the file answers about them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from chassis.clock import new_id
from contracts.identifiers import DeliveryMode, ServiceGroup, VisitOutcome
from contracts.scheduling import (
    PerformedService,
    PlannedService,
    TripPerformed,
    TripService,
    VisitPostponed,
    VisitReported,
    VisitScheduled,
)

from cases.testing import SMOLENSK, Family

MEDICAL, PEDAGOGICAL = ServiceGroup.SOCIAL_MEDICAL, ServiceGroup.PSYCHOLOGICAL_PEDAGOGICAL


def scheduled(family: Family, programme: Any, day: date, **changes: Any) -> VisitScheduled:
    """A home visit of the card at eleven in Moscow, one service of each group."""
    starts = datetime(day.year, day.month, day.day, 8, tzinfo=UTC)
    pair = (("motor_session", MEDICAL), ("psychologist_session", PEDAGOGICAL))
    services = tuple(PlannedService(line_id=None, service_code=c, group=g, minutes=45) for c, g in pair)
    values = {
        "visit_id": new_id(),
        "child_id": family.event.child_id,
        "case_id": family.case_id,
        "region": SMOLENSK,
        "organisation_id": family.event.serving_organisation_id,
        "plan_id": None,
        "programme_id": UUID(programme["id"]),
        "mode": DeliveryMode.HOME,
        "brigade_id": None,
        "specialist_ids": (),
        "starts_at": starts,
        "ends_at": starts + timedelta(hours=2),
        "services": services,
    }
    return VisitScheduled(**(values | changes))


def reported(visit: VisitScheduled, **changes: Any) -> VisitReported:
    """Everything the visit was to bring was done."""
    services = tuple(
        PerformedService(
            delivery_id=new_id(),
            line_id=None,
            service_code=s.service_code,
            group=s.group,
            minutes=45,
            specialist_id=None,
        )
        for s in visit.services
    )
    kept = visit.model_dump(include={"visit_id", "child_id", "case_id", "region", "programme_id", "mode"})
    values = {"outcome": VisitOutcome.PERFORMED, "performed_at": visit.ends_at, "services": services}
    return VisitReported(**(kept | values | changes))


def ill(visit: VisitScheduled, until: date) -> VisitPostponed:
    """The visit lost its date to an illness."""
    kept = visit.model_dump(include={"visit_id", "child_id", "case_id", "region", "programme_id", "mode", "services"})
    return VisitPostponed(**kept, reason=VisitOutcome.CHILD_ILL, until=until)


def trip(families: list[Family], day: date, **changes: Any) -> TripPerformed:
    """A trip on which each family was given one service of each group."""
    services = tuple(
        TripService(
            delivery_id=new_id(),
            child_id=family.event.child_id,
            case_id=family.case_id,
            service_code=code,
            group=group,
            minutes=30,
            specialist_id=None,
        )
        for code, group in (("paediatrician_consultation", MEDICAL), ("speech_session", PEDAGOGICAL))
        for family in families
    )
    organisation = families[0].event.serving_organisation_id
    values = {
        "trip_id": new_id(),
        "region": SMOLENSK,
        "territory": "smolensk/gagarin",
        "organisation_id": organisation,
        "day": day,
        "services": services,
    }
    return TripPerformed(**(values | changes))


async def quota(family: Family, month: str = "2026-03") -> dict[str, dict[str, int]]:
    """The month's standing by group, as the specialist reads it."""
    answer = await family.specialist.get(f"/case-files/{family.case_id}/quota", params={"month": month})
    assert answer.status_code == 200, answer.text
    (card,) = answer.json()["programmes"]
    return {group["group"]: group for group in card["groups"]}


async def listed(family: Family) -> list[Any]:
    """The file's delivered services."""
    answer = await family.specialist.get(f"/case-files/{family.case_id}/deliveries")
    assert answer.status_code == 200, answer.text
    found: list[Any] = answer.json()["items"]
    return found
