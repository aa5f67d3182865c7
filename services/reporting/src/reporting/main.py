"""Reporting: what can be counted."""

from chassis.run import Service, rooms
from chassis.settings import ServiceSettings

from reporting.tables import Base

ROOMS = "projections reports"
service = Service("reporting", ServiceSettings, rooms("reporting", ROOMS), base=Base)

if __name__ == "__main__":
    from chassis.run.process import main

    main(service)
