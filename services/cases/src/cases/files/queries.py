"""Files in a list, what of a file a reader sees now, and the readers of one."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.errors import not_found
from chassis.http import Order, Page, PageQuery, paginate
from chassis.http.readers import Reader, ReadersQuery, readers_of
from chassis.regions import territory_title
from chassis.work import Unit
from contracts.access import GROUND, FieldGroup
from contracts.identifiers import AgeBand, Purpose
from pydantic import AwareDatetime, BaseModel, Field
from sqlalchemy import Select, select

from cases.files.model import CaseFile, Specialist
from cases.local_time import today
from cases.pack import CasesPack, Step

RESOURCE = "case_file"
CORE = frozenset({FieldGroup.CORE})


class FileSummary(BaseModel):
    """A file in a list: no personal data."""

    id: UUID
    number: str
    region: str
    territory: str
    territory_title: str | None
    age_band: AgeBand
    child_id: UUID
    coordinator_id: UUID
    serving_organisation_id: UUID
    opened_at: datetime
    first_appointment_due_at: datetime
    done: list[Step]


class FileQuery(PageQuery):
    """Which files are wanted, and which page of them."""

    region: str | None = None
    territory: str | None = None
    age_band: AgeBand | None = None
    coordinator_id: UUID | None = None
    serving_organisation_id: UUID | None = None
    application_id: UUID | None = None
    child_id: UUID | None = None
    since: AwareDatetime | None = Field(None, description="Only files opened at this moment or later.")
    until: AwareDatetime | None = Field(None, description="Only files opened before this moment.")

    def narrow(self, statement: Select[Any]) -> Select[Any]:
        """The narrowed statement."""
        conditions = [
            self.region is None or CaseFile.region == self.region,
            self.territory is None or CaseFile.territory == self.territory,
            self.age_band is None or CaseFile.age_band == self.age_band,
            self.coordinator_id is None or CaseFile.coordinator_id == self.coordinator_id,
            self.serving_organisation_id is None or CaseFile.serving_organisation_id == self.serving_organisation_id,
            self.application_id is None or CaseFile.application_id == self.application_id,
            self.child_id is None or CaseFile.child_id == self.child_id,
            self.since is None or CaseFile.opened_at >= self.since,
            self.until is None or CaseFile.opened_at < self.until,
        ]
        return statement.where(*(condition for condition in conditions if condition is not True))


_FILES = CaseFile.__table__.c
ORDER = Order({name: _FILES[name] for name in ("opened_at", "number", "territory")}, _FILES.id, "-opened_at")


async def list_files(query: FileQuery, unit: Unit) -> Page[FileSummary]:
    """The files the reader may see, latest first."""
    rows, cursor, total = await paginate(unit.session, query.narrow(select(CaseFile)), query, ORDER)
    found = [row[0] for row in rows]
    await audit_reads([(file.child_id, file.id) for file in found], CORE, unit)
    return Page(items=[_summary(file, unit) for file in found], next_cursor=cursor, total=total)


def _summary(file: CaseFile, unit: Unit) -> FileSummary:
    pack = unit.packs.of(CasesPack, file.region)
    done = file.done(today(unit, file.region), pack)
    return FileSummary(
        id=file.id,
        number=file.number,
        region=file.region,
        territory=file.territory,
        territory_title=territory_title(file.territory, unit.regions),
        age_band=file.age_band,
        child_id=file.child_id,
        coordinator_id=file.coordinator_id,
        serving_organisation_id=file.serving_organisation_id,
        opened_at=file.opened_at,
        first_appointment_due_at=file.first_appointment_due_at,
        done=[step for step in pack.steps if step in done],
    )


async def file_readers(case_id: UUID, query: ReadersQuery, unit: Unit) -> Page[Reader]:
    """Who read the data of the file's child in this service, latest first; protected readers are left out."""
    file = await unit.get(CaseFile, case_id, "readers:read")
    return await readers_of(file.child_id, "cases", query, unit.session)


async def readable_file(case_id: UUID, unit: Unit) -> CaseFile:
    """The file, or 404 where its existence must not be known."""
    return await unit.get(CaseFile, case_id, "case_file:read")


def visible_groups(file: CaseFile, unit: Unit) -> frozenset[FieldGroup]:
    """The groups of fields to show, decided anew at every read: a withdrawal acts at once."""
    purposes = file.purposes(today(unit, file.region), unit.packs.of(CasesPack, file.region))
    return unit.policy.visible_groups(unit.actor, RESOURCE, file, purposes)


def withheld_groups(file: CaseFile, groups: Collection[FieldGroup], unit: Unit) -> list[FieldGroup]:
    """Groups the reader would see if a consent, or another ground, stood; so that a page can say why it is empty."""
    granted = unit.policy.visible_groups(unit.actor, RESOURCE, file, set(GROUND.values()))
    return sorted(granted - set(groups))


async def audit_read(file: CaseFile, groups: Collection[FieldGroup], unit: Unit, count: int = 1) -> None:
    """Record the read; it is committed before the answer leaves."""
    await unit.audit.read(RESOURCE, file.child_id, groups, purpose_of(groups), subject_id=file.id, result_count=count)


async def audit_reads(files: Iterable[tuple[UUID, UUID]], groups: Collection[FieldGroup], unit: Unit) -> None:
    """The same for a list of (child, file)."""
    await unit.audit.listed(RESOURCE, list(files), groups, purpose_of(groups))


def purpose_of(groups: Collection[FieldGroup]) -> Purpose:
    """What the read serves, as the family's page names it."""
    return Purpose.HEALTH if FieldGroup.HEALTH in groups else Purpose.SOCIAL_SERVICE


async def file_of(case_id: UUID | None, unit: Unit) -> CaseFile:
    """The readable file something belongs to; 404 also where that something does not exist."""
    if case_id is None:
        raise not_found()
    return await readable_file(case_id, unit)


async def working_for(organisation_id: UUID, ids: Collection[UUID], unit: Unit) -> list[Specialist]:
    """Those of ``ids`` that work for an organisation now."""
    found = await unit.session.scalars(
        select(Specialist).where(
            Specialist.id.in_(ids), Specialist.organisation_id == organisation_id, Specialist.active
        )
    )
    return list(found)


async def known_file(case_id: UUID, unit: Unit) -> CaseFile:
    """The file a fact is about; 404 holds the fact back until the file is open."""
    file = await unit.session.get(CaseFile, case_id)
    if file is None:
        raise not_found()
    return file
