"""Cases: the personal file and everything it holds."""

from chassis.run import Service, rooms
from chassis.settings import ServiceSettings

from cases.tables import Base

ROOMS = "files people consents card assessments programmes deliveries"
service = Service("cases", ServiceSettings, rooms("cases", ROOMS), base=Base)

if __name__ == "__main__":
    from chassis.run.process import main

    main(service)
