"""Bulk assignment: several items of the worklist to one person, each by its room's own single command.

One request, one transaction; every item stands or falls by itself inside it, and what was refused says why.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Literal
from uuid import UUID

from chassis.errors import DomainError, Kind, not_found
from chassis.work import Unit
from pydantic import BaseModel, ConfigDict, Field

from intake.applications import worklist as applications
from intake.applications.commands import coordinate
from intake.enquiries import worklist as enquiries
from intake.enquiries.commands import work
from intake.outreach import worklist as outreach
from intake.outreach.commands import name_finders
from intake.particulars.examples import PERSON, RECORD, shown

MOST_ITEMS = 100


class ChosenItem(BaseModel):
    """An item as the list showed it.

    Args:
        id: of the item, such as ``intake:call_back:<uuid>``.
        version: what the caller saw; where somebody was faster since, the item is refused with ``stale_version``.
        instead_of: who has the item now (``assigned_to``), to take it over from him or her.
    """

    model_config = ConfigDict(extra="forbid")

    id: str = Field(max_length=120)
    version: int | None = Field(None, ge=0)
    instead_of: UUID | None = None


class AssignItems(BaseModel):
    """Items of the worklist and the person who answers for all of them from now on."""

    model_config = shown(items=[{"id": f"intake:call_back:{RECORD}", "version": 1}], assignee_id=PERSON)

    items: list[ChosenItem] = Field(min_length=1, max_length=MOST_ITEMS)
    assignee_id: UUID


class Refusal(BaseModel):
    """Why an item was left as it is, in the words of the single command's own refusal."""

    slug: str
    status: int
    detail_ru: str
    detail_en: str

    @classmethod
    def of(cls, error: DomainError) -> Refusal:
        return cls(slug=error.slug, status=error.kind.status, detail_ru=error.ru, detail_en=error.en)


class ItemResult(BaseModel):
    """What became of one item. ``version``: of its record now, where it was assigned."""

    id: str
    outcome: Literal["assigned", "refused"]
    version: int | None = None
    problem: Refusal | None = None


class Assigned(BaseModel):
    """One result per item, in the order of the request."""

    assigned: int
    refused: int
    items: list[ItemResult]


async def _application(subject_id: UUID, assignee_id: UUID, item: ChosenItem, unit: Unit) -> int:
    command = coordinate.AssignApplication(coordinator_id=assignee_id, instead_of=item.instead_of)
    return (await coordinate.assign(subject_id, command, unit)).version


async def _enquiry(subject_id: UUID, assignee_id: UUID, item: ChosenItem, unit: Unit) -> int:
    command = work.AssignEnquiry(specialist_id=assignee_id, instead_of=item.instead_of)
    return (await work.assign(subject_id, command, unit)).version


async def _outreach(subject_id: UUID, assignee_id: UUID, item: ChosenItem, unit: Unit) -> int:
    command = name_finders.AssignOutreach(responsible_id=assignee_id, instead_of=item.instead_of)
    return (await name_finders.assign(subject_id, command, unit)).version


Assign = Callable[[UUID, UUID, ChosenItem, Unit], Awaitable[int]]
Subject = tuple[str, UUID]
ROOMS: Mapping[str, Assign] = {
    "application": _application,
    "enquiry": _enquiry,
    "outreach": _outreach,
}
ROOM_OF_KIND: Mapping[str, str] = {
    **dict.fromkeys(applications.ASSIGNABLE, "application"),
    **dict.fromkeys(enquiries.KINDS, "enquiry"),
    **dict.fromkeys(outreach.KINDS, "outreach"),
}


async def assign(command: AssignItems, unit: Unit) -> Assigned:
    """Assign what can be assigned; every item has its result, in the order of the request."""
    chosen: dict[Subject, ChosenItem] = {}
    for item in command.items:
        if isinstance(subject := subject_of(item.id), tuple):
            # two items of one record, such as call back and protocol, are one assignment
            chosen.setdefault(subject, item)
    # in the order of ids, so that two who assign at once do not wait for each other in a circle
    judged = {subject: await _judged(subject, chosen[subject], command.assignee_id, unit) for subject in sorted(chosen)}
    return _answer([_result(item, judged) for item in command.items])


def subject_of(item_id: str) -> Subject | DomainError:
    """Room and record behind an item of the worklist, or why it cannot be assigned."""
    service, kind, subject_id = (*item_id.split(":", 2), "", "")[:3]
    try:
        found = UUID(subject_id)
    except ValueError:
        return not_found()
    if service != "intake":
        return not_found()
    return (ROOM_OF_KIND[kind], found) if kind in ROOM_OF_KIND else not_assignable()


async def _judged(subject: Subject, item: ChosenItem, assignee_id: UUID, unit: Unit) -> int | DomainError:
    room, subject_id = subject
    # If-Match speaks of one object; here each item brings the version of its own
    own = replace(unit, if_match=item.version)
    try:
        async with unit.session.begin_nested():
            return await ROOMS[room](subject_id, assignee_id, item, own)
    except DomainError as error:
        if not error.kind.permanent:
            raise
        return error


def _result(item: ChosenItem, judged: Mapping[Subject, int | DomainError]) -> ItemResult:
    subject = subject_of(item.id)
    found = judged[subject] if isinstance(subject, tuple) else subject
    if isinstance(found, DomainError):
        return ItemResult(id=item.id, outcome="refused", problem=Refusal.of(found))
    return ItemResult(id=item.id, outcome="assigned", version=found)


def _answer(results: Sequence[ItemResult]) -> Assigned:
    refused = sum(result.problem is not None for result in results)
    return Assigned(assigned=len(results) - refused, refused=refused, items=list(results))


def not_assignable() -> DomainError:
    return DomainError(
        "not_assignable",
        Kind.CONFLICT,
        ru="У этой работы не выбирают исполнителя: её делает организация, которой она поступила.",
        en="Nobody is chosen for this work: it is done by the organisation it came to.",
    )
