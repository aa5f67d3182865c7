"""Pure. The visible list of reports."""

from collections.abc import Mapping
from typing import Annotated, Any

from chassis.errors import not_found
from pydantic import Field

from reporting.reports.queries import applications, appointments, enquiries, quota, trips
from reporting.reports.report import Report

REPORTS: Mapping[str, Report[Any]] = {
    report.name: report
    for report in (applications.REPORT, appointments.REPORT, enquiries.REPORT, quota.REPORT, trips.REPORT)
}

AnyReport = Annotated[
    applications.ApplicationsReport
    | appointments.FirstAppointmentsReport
    | enquiries.EnquiriesReport
    | quota.QuotaReport
    | trips.TripsReport,
    Field(discriminator="name"),
]
"""The answer of any report; ``name`` tells which."""


def find_report(name: str) -> Report[Any]:
    """The report of that name; 404 otherwise."""
    if name not in REPORTS:
        raise not_found()
    return REPORTS[name]
