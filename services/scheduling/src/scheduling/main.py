"""The scheduling service: its rooms, put together."""

from chassis.run import Room, Service
from chassis.settings import ServiceSettings

from scheduling.access import GUARDED
from scheduling.appointments import api as appointments
from scheduling.appointments import queries as appointment_queries
from scheduling.appointments import subscribers as applications
from scheduling.base import Base
from scheduling.fieldwork import api as fieldwork
from scheduling.fieldwork import queries as fieldwork_queries
from scheduling.fieldwork import subscribers as fieldwork_timers
from scheduling.resources import api as resources
from scheduling.resources import commands, subscribers
from scheduling.trips import api as trips
from scheduling.trips import searching, worklist
from scheduling.trips import subscribers as demand

rooms = (
    Room("resources", api=resources.api, events=subscribers.events, background=(commands.load_at_start,)),
    Room("appointments", api=appointments.api, events=applications.events, worklist=appointment_queries.work),
    Room(
        "trips",
        api=trips.api,
        events=demand.events,
        timers=demand.timers,
        worklist=worklist.work,
        background=(searching.work_off_searches,),
    ),
    Room(
        "fieldwork",
        api=fieldwork.api,
        timers=fieldwork_timers.timers,
        worklist=fieldwork_queries.work,
        gauges=(fieldwork_queries.OPEN_CONFLICTS,),
    ),
)
service = Service("scheduling", ServiceSettings, rooms, base=Base, guarded=GUARDED)

if __name__ == "__main__":
    from chassis.run.process import main

    main(service)
