"""HTTP door of reports: as JSON to read on, as XLSX to hand on."""

from __future__ import annotations

from typing import Annotated, Any
from zoneinfo import ZoneInfo

from chassis.http import Router, UnitDep
from chassis.work import Unit
from fastapi import Query, Response
from pydantic import AwareDatetime, BaseModel

from reporting.reports.catalogue import REPORTS, find_report
from reporting.reports.pack import EntryPointsPack, ThemesPack
from reporting.reports.report import Period, zone_of
from reporting.reports.spreadsheet import MEDIA_TYPE, spreadsheet
from reporting.reports.titles import Titles, titles

router = Router(tags=["reports"])
PeriodQuery = Annotated[Period, Query()]


class Heading(BaseModel):
    name: str
    title: str


class ReportListing(BaseModel):
    name: str
    title: str
    columns: list[Heading]


class ReportAnswer(ReportListing):
    """A counted report. ``counted_at``: the moment of counting; events that arrive later are not in it.

    ``titles``: for each column that counts by a code, what people read instead of it.
    """

    region: str
    since: str
    until: str
    counted_at: AwareDatetime
    titles: Titles
    rows: list[dict[str, Any]]


@router.get("/reports", permission="report:read")
async def list_reports() -> list[ReportListing]:
    """Every report there is."""
    return [ReportListing(name=r.name, title=r.title, columns=_headings(r.name)) for r in REPORTS.values()]


@router.get("/reports/{name}.xlsx", permission="report:read", files=[MEDIA_TYPE])
async def get_report_file(name: str, period: PeriodQuery, unit: UnitDep) -> Response:
    """A report as a spreadsheet."""
    report = find_report(name)
    rows = await report.query(period, unit)
    counted = _local(unit.now, zone_of(period, unit))
    filename = f"{name}-{period.region}-{period.since}-{period.until}.xlsx"
    headers = {"Content-Disposition": f'attachment; filename="{filename}"'}
    return Response(
        spreadsheet(report, period, rows, counted, _titles(name, period, unit)), media_type=MEDIA_TYPE, headers=headers
    )


@router.get("/reports/{name}", permission="report:read")
async def get_report(name: str, period: PeriodQuery, unit: UnitDep) -> ReportAnswer:
    """A report as data."""
    report = find_report(name)
    rows = await report.query(period, unit)
    return ReportAnswer(
        name=name,
        title=report.title,
        columns=_headings(name),
        region=period.region,
        since=period.since.isoformat(),
        until=period.until.isoformat(),
        counted_at=unit.now,
        titles=_titles(name, period, unit),
        rows=[row.model_dump(mode="json") for row in rows],
    )


def _headings(name: str) -> list[Heading]:
    return [Heading(name=key, title=str(field.title)) for key, field in REPORTS[name].row.model_fields.items()]


def _titles(name: str, period: Period, unit: Unit) -> Titles:
    columns = REPORTS[name].row.model_fields
    entry_points = unit.packs.find(EntryPointsPack, period.region)
    themes = unit.packs.find(ThemesPack, period.region)
    known = titles(entry_points.entry_points if entry_points else (), themes.themes if themes else ())
    return {column: words for column, words in known.items() if column in columns}


def _local(moment: AwareDatetime, where: ZoneInfo) -> str:
    return f"{moment.astimezone(where):%d.%m.%Y %H:%M}"
