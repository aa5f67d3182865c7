"""What can be asked about extracts, imports and returns."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from chassis.http import Order, Page, PageQuery, paginate
from chassis.work import Unit
from contracts.access import FieldGroup
from contracts.identifiers import AgeBand, Purpose
from pydantic import BaseModel, ConfigDict
from sqlalchemy import select

from intake.directory.queries.names import Names, names_of
from intake.extracts.commands.return_executions import content
from intake.extracts.model import ExtractStanding, IpraExecution, IpraExtract, IpraImport, IpraReturn, QuarantinedRecord
from intake.finding.family import FoundHealth, opened
from intake.finding.queries import FoundContact, FoundHealthView, contact


class ExtractLine(BaseModel):
    """An extract in a list; no personal data but the number of the document."""

    id: UUID
    version: int
    region: str
    territory: str
    territory_title: str | None
    organisation_id: UUID
    organisation_title: str | None
    number: str
    issued_on: date
    valid_until: date | None
    state: ExtractStanding
    superseded_by: UUID | None
    age_band: AgeBand
    measures: int
    received_at: datetime
    outreach_id: UUID | None


class ExecutionView(BaseModel):
    measure: int
    executed: bool
    executed_on: date
    reason: str | None
    sent: bool


class RoutingView(BaseModel):
    """Why this operator answers for the family: the rule, and the rule in words."""

    rule: str
    ru: str
    en: str


class ExtractCard(ExtractLine):
    routing: RoutingView
    executions: list[ExecutionView]
    contact: FoundContact | None = None
    health: FoundHealthView | None = None


class ImportFailure(BaseModel):
    """Why the file could not be read on."""

    slug: str
    ru: str
    en: str


class ImportView(BaseModel):
    """The protocol of an import: how far it is and what became of the records (counts only)."""

    id: UUID
    region: str
    layout: str
    state: str
    size: int
    received_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    progress: float
    seen: int
    taken: int
    known: int
    superseding: int
    superseded: int
    quarantined: int
    failure: ImportFailure | None

    @classmethod
    def of(cls, job: IpraImport) -> ImportView:
        return cls(
            id=job.id,
            region=job.region,
            layout=job.layout,
            state=job.state,
            size=job.size,
            received_at=job.received_at,
            started_at=job.started_at,
            finished_at=job.finished_at,
            progress=1.0 if job.state == "done" else round(job.bytes_done / max(job.size, 1), 3),
            seen=job.seen,
            taken=job.taken,
            known=job.known,
            superseding=job.superseding,
            superseded=job.superseded,
            quarantined=job.quarantined,
            failure=ImportFailure.model_validate(job.failure) if job.failure else None,
        )


class BrokenRule(BaseModel):
    """A rule the record breaks; ``field`` is None where the record as a whole does."""

    field: str | None
    rule: str
    ru: str
    en: str


class QuarantineView(BaseModel):
    """A record that was not taken in: where it stands and why; its content is not shown."""

    model_config = ConfigDict(from_attributes=True)

    ordinal: int
    line: int
    reasons: list[BrokenRule]
    corrected_by: UUID | None


class ReturnView(BaseModel):
    """A file of execution marks that was made; ``lines``: how many marks it holds."""

    id: UUID
    region: str
    organisation_id: UUID
    organisation_title: str | None
    layout: str
    made_at: datetime
    lines: int


class ExtractFilter(BaseModel):
    region: str | None = None
    territory: str | None = None
    state: ExtractStanding | None = None
    number: str | None = None
    import_id: UUID | None = None


async def extracts(wanted: ExtractFilter, page: PageQuery, unit: Unit) -> Page[ExtractLine]:
    """The extracts of the actor's operators."""
    statement = select(IpraExtract).where(unit.policy.reach(unit.actor, "ipra_extract:read", IpraExtract))
    for name in ("region", "territory", "state", "number", "import_id"):
        if (value := getattr(wanted, name)) is not None:
            statement = statement.where(getattr(IpraExtract, name) == value)
    rows, cursor, total = await paginate(unit.session, statement, page, EXTRACTS)
    names = await names_of((row[0].organisation_id for row in rows), unit)
    return Page(items=[ExtractLine(**_line(row[0], names)) for row in rows], next_cursor=cursor, total=total)


async def extract_line(extract: IpraExtract, unit: Unit) -> ExtractLine:
    """An extract as lists show it."""
    return ExtractLine(**_line(extract, await names_of([extract.organisation_id], unit)))


def _line(extract: IpraExtract, names: Names) -> dict[str, Any]:
    return {
        "id": extract.id,
        "version": extract.version,
        "region": extract.region,
        "territory": extract.territory,
        "territory_title": names.territory(extract.territory),
        "organisation_id": extract.organisation_id,
        "organisation_title": names.of(extract.organisation_id),
        "number": extract.number,
        "issued_on": extract.issued_on,
        "valid_until": extract.valid_until,
        "state": extract.state,
        "superseded_by": extract.superseded_by,
        "age_band": extract.age_band,
        "measures": extract.measures,
        "received_at": extract.received_at,
        "outreach_id": extract.outreach_id,
    }


async def extract_card(extract_id: UUID, unit: Unit) -> ExtractCard:
    """One extract with its measures and what became of them; the reading is recorded."""
    extract = await unit.get(IpraExtract, extract_id, "ipra_extract:read")
    # An extract comes on a listed ground (order 545n): it opens health without a consent.
    grounds = frozenset({Purpose.HEALTH})
    groups = unit.policy.visible_groups(unit.actor, "ipra_extract", extract, grounds)
    await unit.audit.read("ipra_extract", extract.child_id, groups, Purpose.CONTACT, subject_id=extract.id)
    health = None
    if FieldGroup.HEALTH in groups:
        told = opened(extract.health, FoundHealth, await unit.keys.get(extract.child_id))
        health = FoundHealthView.of(told)
    done = select(IpraExecution).where(IpraExecution.extract_id == extract.id).order_by(IpraExecution.measure)
    return ExtractCard(
        **_line(extract, await names_of([extract.organisation_id], unit)),
        routing=RoutingView.model_validate(extract.routing),
        executions=[_execution(row) for row in await unit.session.scalars(done)],
        contact=await contact(extract, unit) if FieldGroup.CONTACT in groups else None,
        health=health,
    )


def _execution(row: IpraExecution) -> ExecutionView:
    return ExecutionView(
        measure=row.measure,
        executed=row.executed,
        executed_on=row.executed_on,
        reason=row.reason,
        sent=row.return_id is not None,
    )


async def imports(page: PageQuery, unit: Unit) -> Page[ImportView]:
    """The imports of the actor's organisations, the newest first."""
    rows, cursor, total = await paginate(unit.session, select(IpraImport), page, IMPORTS)
    return Page(items=[ImportView.of(row[0]) for row in rows], next_cursor=cursor, total=total)


async def import_view(import_id: UUID, unit: Unit) -> ImportView:
    """Progress and protocol of one import."""
    return ImportView.of(await unit.get(IpraImport, import_id, "ipra_import:read"))


async def quarantine(import_id: UUID, page: PageQuery, unit: Unit) -> Page[QuarantineView]:
    """The records of an import that were not taken in."""
    job = await unit.get(IpraImport, import_id, "ipra_import:read")
    rows, cursor, total = await paginate(
        unit.session, select(QuarantinedRecord).where(QuarantinedRecord.import_id == job.id), page, QUARANTINE
    )
    return Page(
        items=[QuarantineView.model_validate(row[0]) for row in rows],
        next_cursor=cursor,
        total=total,
    )


async def returns(page: PageQuery, unit: Unit) -> Page[ReturnView]:
    """The files of execution marks the actor's operators have made, the newest first (D3-24)."""
    rows, cursor, total = await paginate(unit.session, select(IpraReturn), page, RETURNS)
    names = await names_of((row[0].organisation_id for row in rows), unit)
    return Page(items=[_return(row[0], names) for row in rows], next_cursor=cursor, total=total)


async def return_view(made: IpraReturn, unit: Unit) -> ReturnView:
    """A file for the bureau as lists show it."""
    return _return(made, await names_of([made.organisation_id], unit))


async def return_file(return_id: UUID, unit: Unit) -> tuple[str, bytes]:
    """Name and content of a file for the bureau."""
    made = await unit.get(IpraReturn, return_id, "ipra_return:read")
    return f"{made.layout}-{made.id}.xml", content(made, unit.regions[made.region].zone)


def _return(made: IpraReturn, names: Names) -> ReturnView:
    return ReturnView(
        id=made.id,
        region=made.region,
        organisation_id=made.organisation_id,
        organisation_title=names.of(made.organisation_id),
        layout=made.layout,
        made_at=made.made_at,
        lines=len(made.lines),
    )


_extract, _import = IpraExtract.__table__.c, IpraImport.__table__.c
_record, _made = QuarantinedRecord.__table__.c, IpraReturn.__table__.c
EXTRACTS = Order({n: _extract[n] for n in ("received_at", "issued_on", "number")}, _extract["id"], "received_at")


RETURNS = Order({"made_at": _made["made_at"]}, _made["id"], "-made_at")


IMPORTS = Order({"received_at": _import["received_at"]}, _import["id"], "-received_at")


QUARANTINE = Order({"ordinal": _record["ordinal"]}, _record["ordinal"], "ordinal")
