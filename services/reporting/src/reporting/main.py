"""Reporting: what can be counted."""

from chassis.run import Service
from chassis.settings import ServiceSettings

from reporting.projections.room import ROOM as projections
from reporting.reports.room import ROOM as reports
from reporting.tables import Base

service = Service("reporting", ServiceSettings, [projections, reports], base=Base)

if __name__ == "__main__":
    from chassis.run.process import main

    main(service)
