"""The scheduling service: its rooms, put together."""

from chassis.run import Service, rooms
from chassis.settings import ServiceSettings

from scheduling.tables import Base

ROOMS = "resources appointments visits trips plans fieldwork"
service = Service("scheduling", ServiceSettings, rooms("scheduling", ROOMS), base=Base)

if __name__ == "__main__":
    from chassis.run.process import main

    main(service)
