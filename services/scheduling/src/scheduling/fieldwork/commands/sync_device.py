"""What a brigade's device brings back: each item once, in any order, offline edits merged, nothing lost (T1, T4)."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any
from uuid import UUID

from chassis.errors import DomainError, Kind
from chassis.regions import Packs
from chassis.work import Unit
from contracts.identifiers import ServiceGroup, VisitOutcome
from contracts.scheduling import PerformedService
from contracts.sealed import place, seal
from sqlalchemy import select

from scheduling.fieldwork.commands.follow_report import follow_report, perform_trip_when_all_have_reported
from scheduling.fieldwork.merge import Clash, merge
from scheduling.fieldwork.model import Subject, SyncConflict, SyncItem, subject_kind
from scheduling.fieldwork.reports import DoneService, Fault, Item, ItemAnswer, Note, Sync, SyncAnswer
from scheduling.roster import roster
from scheduling.trips.model import TripInvitation
from scheduling.visits.model import Visit

LONGEST_PAUSE = timedelta(days=366)
"""Longer than any programme: a slip of the pen."""
CLOCK_SKEW = timedelta(minutes=10)
"""How far a device's clock may be ahead of ours."""


async def sync_device(command: Sync, unit: Unit) -> SyncAnswer:
    """Take every item that can be taken; a faulty one is answered with its error and holds nobody up."""
    return SyncAnswer(items=[await _take(item, command.device_id, unit) for item in command.items])


async def _take(item: Item, device_id: str, unit: Unit) -> ItemAnswer:
    try:
        known = await unit.session.get(SyncItem, item.client_id)
        if known is not None:
            return _again(known, item)
        subject = await _subject(item, unit)
        # The first copy of a resend that overlaps with it may have been committed while this one waited for the lock.
        known = await unit.session.get(SyncItem, item.client_id)
        return _again(known, item) if known is not None else await _merge(item, subject, device_id, unit)
    except DomainError as error:
        fault = Fault(slug=error.slug, ru=error.ru, en=error.en)
        return ItemAnswer(client_id=item.client_id, status="rejected", error=fault)


def _again(known: SyncItem, item: Item) -> ItemAnswer:
    if known.digest != _digest(item):
        raise DomainError(
            "client_id_reused",
            Kind.CONFLICT,
            ru="Под этим номером уже принята другая запись.",
            en="Another item was taken under this id.",
        )
    return known.answer.model_copy(update={"status": "duplicate", "first": known.answer.status})


async def _subject(item: Item, unit: Unit) -> Subject:
    if item.reported_at > unit.now + CLOCK_SKEW:
        raise _invalid("in_the_future", "Отчёт не может быть из будущего.", "A report cannot come from the future.")
    if item.ill_until is not None and item.ill_until > unit.now.date() + LONGEST_PAUSE:
        raise _invalid("ill_until_too_far", "Болезнь не длится больше года.", "An illness ends within a year.")
    if item.visit_id is not None:
        visit = await unit.find(Visit, item.visit_id, "day_sheet:report")
        if visit is None:
            raise _unknown("unknown_visit", "Визит не найден.", "There is no such visit.")
        return visit
    query = select(TripInvitation).where(
        TripInvitation.trip_id == item.trip_id, TripInvitation.child_id == item.child_id, TripInvitation.published
    )
    invitation = await unit.session.scalar(query.with_for_update())
    if invitation is None:
        raise _unknown("unknown_invitation", "Семья не приглашена на этот выезд.", "The family was not invited.")
    unit.policy.require(unit.actor, "day_sheet:report", invitation)
    return invitation


async def _merge(item: Item, subject: Subject, device_id: str, unit: Unit) -> ItemAnswer:
    services = _performed(item, subject, unit.packs)
    if item.base_version > subject.version:
        raise _invalid("version_ahead", "Такой версии ещё нет.", "There is no such version yet.")
    offered: dict[str, Any] = {"outcome": item.outcome}
    if item.outcome is VisitOutcome.PERFORMED:
        offered["services"] = services
    current = {"outcome": subject.outcome, "services": tuple(subject.performed)}
    merged = merge(current, subject.changed_at, item.base_version, offered)
    applied = {} if any(clash.field == "outcome" for clash in merged.clashes) else merged.applied
    held_back = [Clash(name, current[name], value) for name, value in merged.applied.items() if name not in applied]
    conflicts = [_conflict(clash, item, subject, unit) for clash in (*merged.clashes, *held_back)]
    unit.session.add_all(conflicts)
    if applied:
        await follow_report(subject, applied, item.reported_at, item.ill_until, unit)
    await perform_trip_when_all_have_reported(subject, unit)
    answer = ItemAnswer(
        client_id=item.client_id,
        status="conflict" if conflicts else "applied",
        subject_id=subject.id,
        version=subject.version,
        conflict_ids=[one.id for one in conflicts],
    )
    unit.session.add(await _kept(item, answer, subject, device_id, unit))
    await unit.session.flush()
    return answer


async def _kept(item: Item, answer: ItemAnswer, subject: Subject, device_id: str, unit: Unit) -> SyncItem:
    assert unit.actor.id is not None
    return SyncItem(
        id=item.client_id,
        device_id=device_id,
        principal_id=unit.actor.id,
        organisation_id=subject.organisation_id,
        team=subject.team,
        child_id=subject.child_id,
        subject_id=subject.id,
        digest=_digest(item),
        base_version=item.base_version,
        reported_at=item.reported_at,
        received_at=unit.now,
        content=item.model_dump(mode="json", exclude={"note"}),
        note=await _sealed(item, subject.child_id, unit),
        answer=answer,
    )


async def _sealed(item: Item, child_id: UUID, unit: Unit) -> dict[str, Any] | None:
    if not item.note:
        return None
    key = await unit.keys.get(child_id)
    value = seal(Note(text=item.note), key, place("scheduling.sync_item", "note", item.client_id))
    return value.model_dump(mode="json")


def _conflict(clash: Clash, item: Item, subject: Subject, unit: Unit) -> SyncConflict:
    return SyncConflict(
        id=unit.new_id(),
        item_id=item.client_id,
        subject_kind=subject_kind(subject),
        subject_id=subject.id,
        region=subject.region,
        organisation_id=subject.organisation_id,
        team=subject.team,
        child_id=subject.child_id,
        field=clash.field,
        kept=clash.kept,
        offered=clash.offered,
        reported_at=item.reported_at,
        found_at=unit.now,
    )


def _performed(item: Item, subject: Subject, packs: Packs) -> tuple[PerformedService, ...]:
    """The given services with their groups; a service nobody planned or offers is refused."""
    return tuple(
        PerformedService(
            delivery_id=one.delivery_id,
            line_id=one.line_id,
            service_code=one.service_code,
            group=_group(one, subject, packs),
            minutes=one.minutes,
            specialist_id=one.specialist_id,
        )
        for one in sorted(item.services, key=lambda one: one.delivery_id)
    )


def _group(one: DoneService, subject: Subject, packs: Packs) -> ServiceGroup:
    for task in subject.tasks:
        if task.service_code == one.service_code and one.line_id in (None, task.line_id):
            return task.group
    offered = roster(packs, subject.region).point_services.get(one.service_code)
    if offered is None or one.line_id is not None:
        raise _invalid("unknown_service", "Такой услуги в этом визите нет.", "The visit has no such service.")
    return offered.group


def _digest(item: Item) -> str:
    """Tells an honest resend from another item under the same id; the note takes part, its text does not stay."""
    return hashlib.sha256(item.model_dump_json().encode()).hexdigest()


def _unknown(slug: str, ru: str, en: str) -> DomainError:
    return DomainError(slug, Kind.NOT_FOUND, ru=ru, en=en)


def _invalid(slug: str, ru: str, en: str) -> DomainError:
    return DomainError(slug, Kind.INVALID, ru=ru, en=en)
