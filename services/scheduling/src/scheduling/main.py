"""The scheduling service: its rooms, put together."""

from chassis.run import Service
from chassis.settings import ServiceSettings

from scheduling.appointments.room import ROOM as appointments
from scheduling.fieldwork.room import ROOM as fieldwork
from scheduling.plans.room import ROOM as plans
from scheduling.resources.room import ROOM as resources
from scheduling.tables import Base
from scheduling.trips.room import ROOM as trips
from scheduling.visits.room import ROOM as visits

rooms = (resources, appointments, visits, trips, plans, fieldwork)
service = Service("scheduling", ServiceSettings, rooms, base=Base)

if __name__ == "__main__":
    from chassis.run.process import main

    main(service)
