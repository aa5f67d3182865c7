"""What of a file a reader sees now: by role and relation, and with a consent or another ground where one is needed."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from uuid import UUID

from chassis.errors import not_found
from chassis.work import Unit
from contracts.access import GROUND, FieldGroup
from contracts.identifiers import Purpose

from cases.files.model import CaseFile
from cases.region import pack_of, today

RESOURCE = "case_file"


async def readable_file(case_id: UUID, unit: Unit) -> CaseFile:
    """The file, or 404 where its existence must not be known."""
    return await unit.get(CaseFile, case_id, "case_file:read")


def shown(file: CaseFile, unit: Unit) -> frozenset[FieldGroup]:
    """The groups of fields to show, decided anew at every read: a withdrawal acts at once."""
    purposes = file.purposes(today(unit, file.region), pack_of(unit, file.region))
    return unit.policy.visible_groups(unit.actor, RESOURCE, file, purposes)


def withheld(file: CaseFile, groups: Collection[FieldGroup], unit: Unit) -> list[FieldGroup]:
    """Groups the reader would see if a consent, or another ground, stood; so that a page can say why it is empty."""
    granted = unit.policy.visible_groups(unit.actor, RESOURCE, file, set(GROUND.values()))
    return sorted(granted - set(groups))


async def audited(file: CaseFile, groups: Collection[FieldGroup], unit: Unit, count: int = 1) -> None:
    """Record the read; it is committed before the answer leaves."""
    await unit.audit.read(RESOURCE, file.child_id, groups, purpose(groups), subject_id=file.id, result_count=count)


async def audited_list(files: Iterable[tuple[UUID, UUID]], groups: Collection[FieldGroup], unit: Unit) -> None:
    """The same for a list of (child, file)."""
    await unit.audit.listed(RESOURCE, list(files), groups, purpose(groups))


def purpose(groups: Collection[FieldGroup]) -> Purpose:
    """What the read serves, as the family's page names it."""
    return Purpose.HEALTH if FieldGroup.HEALTH in groups else Purpose.SOCIAL_SERVICE


async def file_of(case_id: UUID | None, unit: Unit) -> CaseFile:
    """The readable file something belongs to; 404 also where that something does not exist."""
    if case_id is None:
        raise not_found()
    return await readable_file(case_id, unit)
