"""Reporting: what can be counted."""

from chassis.run import Room, Service
from chassis.settings import ServiceSettings

from reporting.access import GUARDED
from reporting.projections.subscribers import events
from reporting.reports.api import api
from reporting.tables import Base

service = Service(
    "reporting",
    ServiceSettings,
    [Room("projections", events=events), Room("reports", api=api)],
    base=Base,
    guarded=GUARDED,
)

if __name__ == "__main__":
    from chassis.run.process import main

    main(service)
