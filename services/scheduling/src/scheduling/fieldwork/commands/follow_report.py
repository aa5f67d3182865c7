"""What a report sets in motion: the delivered services, the pause of an ill child, the end of a trip."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from chassis.work import Unit
from contracts.identifiers import VisitOutcome
from sqlalchemy import func, select

from scheduling import bookings
from scheduling.fieldwork.model import Subject, SyncConflict
from scheduling.roster import roster
from scheduling.spans import local_day
from scheduling.trips.commands.publish_trip import invitations_of
from scheduling.trips.model import Trip, TripInvitation, TripState
from scheduling.visits.model import Visit

PAUSE = "pause_child"
NEW_DATES = "offer_new_dates"


async def follow_report(
    subject: Subject, changes: dict[str, Any], reported_at: datetime, ill_until: date | None, unit: Unit
) -> None:
    """Take over new fields of a report and set in motion what follows.

    What concerns visits of other teams is done by the worker, which may see them: timers due at once.
    """
    subject.report(changes, reported_at)
    match subject:
        case Visit(outcome=VisitOutcome.NOBODY_HOME):
            await bookings.release(unit, [subject.id])
            subject.postpone(VisitOutcome.NOBODY_HOME, None)
            await unit.timers.set(NEW_DATES, subject.id, unit.now)
        case Visit(outcome=VisitOutcome.CHILD_ILL) | TripInvitation(outcome=VisitOutcome.CHILD_ILL):
            until = ill_until or _default_pause(subject, unit)
            await unit.timers.set(PAUSE, subject.child_id, unit.now, {"until": until.isoformat()})


async def perform_trip_when_all_have_reported(subject: Subject, unit: Unit) -> None:
    """A trip is performed once every invited family has a report without an open conflict; a visit has no trip.

    Whatever is reported or decided later is told as the whole trip anew; who listens replaces what was told (D4-21).
    """
    match subject:
        case TripInvitation(trip_id=trip_id):
            await unit.session.flush()
            trip = await unit.session.scalar(select(Trip).where(Trip.id == trip_id).with_for_update())
            if trip is not None and trip.state in {TripState.PUBLISHED, TripState.PERFORMED}:
                await _perform_when_all_have_reported(trip, unit)


async def _perform_when_all_have_reported(trip: Trip, unit: Unit) -> None:
    invitations = await invitations_of(trip.id, unit)
    if all(one.outcome for one in invitations) and not await _open_conflicts(invitations, unit):
        trip.perform(invitations)


async def _open_conflicts(invitations: list[TripInvitation], unit: Unit) -> int:
    ids = [one.id for one in invitations]
    query = select(func.count()).where(SyncConflict.subject_id.in_(ids), SyncConflict.resolved_at.is_(None))
    return await unit.session.scalar(query) or 0


def _default_pause(subject: Subject, unit: Unit) -> date:
    zone = unit.regions[subject.region].zone
    day = max(local_day(unit.now, zone), local_day(subject.starts_at, zone))
    return day + timedelta(days=roster(unit.packs, subject.region).pack.pause_days)
