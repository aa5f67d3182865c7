"""Cases: the personal file and everything it holds."""

from chassis.run import Room, Service
from chassis.settings import ServiceSettings

from cases.access import GUARDED
from cases.assessments.api import router as assessments
from cases.base import Base
from cases.deliveries.api import router as deliveries
from cases.deliveries.subscribers import events as visits
from cases.deliveries.worklist import OPEN_ACTS
from cases.deliveries.worklist import worklist as acts_to_sign
from cases.files.api import router as files
from cases.files.subscribers import events as applications
from cases.files.worklist import worklist as first_appointments
from cases.people.api import router as people
from cases.people.subscribers import events as ticks
from cases.programmes.api import router as programmes
from cases.programmes.subscribers import timers
from cases.programmes.worklist import worklist as approvals

service = Service(
    "cases",
    ServiceSettings,
    [
        Room("people", people, ticks),
        Room("files", files, applications, worklist=first_appointments),
        Room("assessments", assessments),
        Room("programmes", programmes, timers=timers, worklist=approvals),
        Room("deliveries", deliveries, visits, worklist=acts_to_sign, gauges=(OPEN_ACTS,)),
    ],
    base=Base,
    guarded=GUARDED,
)

if __name__ == "__main__":
    from chassis.run.process import main

    main(service)
