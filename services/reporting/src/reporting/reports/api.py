"""HTTP door of reports: as JSON to read on, as XLSX to hand on."""

from __future__ import annotations

from typing import Annotated, cast
from zoneinfo import ZoneInfo

from chassis.http import ListQueryDep, Page, Router, UnitDep, page_of
from chassis.work import Unit
from fastapi import Query, Response
from pydantic import AwareDatetime

from reporting.reports.catalogue import REPORTS, AnyReport, find_report
from reporting.reports.pack import EntryPointsPack, ThemesPack
from reporting.reports.report import Period, ReportListing, Titles, zone_of
from reporting.reports.spreadsheet import MEDIA_TYPE, spreadsheet
from reporting.reports.titles import titles

router = Router(tags=["reports"])
PeriodQuery = Annotated[Period, Query()]


@router.get("/reports", permission="report:read")
async def list_reports(query: ListQueryDep) -> Page[ReportListing]:
    """Every report there is."""
    known = [ReportListing(name=one.name, title=one.title, columns=one.headings) for one in REPORTS.values()]
    return page_of(known, query)


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
async def get_report(name: str, period: PeriodQuery, unit: UnitDep) -> AnyReport:
    """A report as data: the shape of its rows depends on its ``name``."""
    report = find_report(name)
    rows = await report.query(period, unit)
    return cast(
        "AnyReport",
        report.answer(
            name=name,
            title=report.title,
            columns=report.headings,
            region=period.region,
            since=period.since,
            until=period.until,
            counted_at=unit.now,
            titles=_titles(name, period, unit),
            rows=list(rows),
        ),
    )


def _titles(name: str, period: Period, unit: Unit) -> Titles:
    columns = REPORTS[name].row.model_fields
    entry_points = unit.packs.find(EntryPointsPack, period.region)
    themes = unit.packs.find(ThemesPack, period.region)
    known = titles(entry_points.entry_points if entry_points else (), themes.themes if themes else ())
    return {column: words for column, words in known.items() if column in columns}


def _local(moment: AwareDatetime, where: ZoneInfo) -> str:
    return f"{moment.astimezone(where):%d.%m.%Y %H:%M}"
