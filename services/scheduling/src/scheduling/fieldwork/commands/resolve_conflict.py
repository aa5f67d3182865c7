"""A person decides between two values; both stay on record (T1)."""

from __future__ import annotations

from uuid import UUID

from chassis.errors import DomainError, Kind
from chassis.work import Unit
from pydantic import BaseModel, ConfigDict

from scheduling.fieldwork.commands.follow_report import follow_report, perform_trip_when_all_have_reported
from scheduling.fieldwork.commands.offer_new_dates import REFRESH
from scheduling.fieldwork.model import Choice, Subject, SubjectKind, SyncConflict
from scheduling.trips.model import TripInvitation
from scheduling.visits.model import Visit


class Resolve(BaseModel):
    """Which of the two values stands."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"choice": "kept"}]})

    choice: Choice


async def resolve_conflict(conflict_id: UUID, command: Resolve, unit: Unit) -> SyncConflict:
    """Let one value stand. The same decision again changes nothing; another one is refused (409)."""
    conflict = await unit.get(SyncConflict, conflict_id, "sync_conflict:resolve", under=True)
    if conflict.choice is not None:
        if conflict.choice is command.choice:
            return conflict
        raise DomainError("conflict_resolved", Kind.CONFLICT, ru="Уже решено иначе.", en="It was decided otherwise.")
    conflict.choice, conflict.resolved_by, conflict.resolved_at = command.choice, unit.actor.id, unit.now
    subject = await _subject(conflict, unit)
    if command.choice is Choice.OFFERED:
        await follow_report(subject, {conflict.field: conflict.offered}, conflict.reported_at, None, unit)
        if isinstance(subject, Visit):
            payload = {
                "brigade_id": str(subject.brigade_id),
                "day": subject.day.isoformat(),
                "child_id": str(subject.child_id),
            }
            await unit.timers.set(REFRESH, subject.id, unit.now, payload)
    await perform_trip_when_all_have_reported(subject, unit)
    return conflict


async def _subject(conflict: SyncConflict, unit: Unit) -> Subject:
    match conflict.subject_kind:
        case SubjectKind.VISIT:
            return await unit.get(Visit, conflict.subject_id, "sync_conflict:resolve")
        case SubjectKind.INVITATION:
            return await unit.get(TripInvitation, conflict.subject_id, "sync_conflict:resolve")
