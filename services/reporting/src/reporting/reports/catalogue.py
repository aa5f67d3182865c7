"""Pure. The visible list of reports."""

from chassis.errors import not_found

from reporting.reports.queries import applications, appointments, enquiries, quota, trips
from reporting.reports.report import Report

REPORTS: dict[str, Report] = {
    report.name: report
    for report in (applications.REPORT, appointments.REPORT, enquiries.REPORT, quota.REPORT, trips.REPORT)
}


def find_report(name: str) -> Report:
    """The report of that name; 404 otherwise."""
    if name not in REPORTS:
        raise not_found()
    return REPORTS[name]
