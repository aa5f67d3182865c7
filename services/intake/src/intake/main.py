"""The intake service: its rooms, put together."""

from chassis.run import Service, rooms

from intake.settings import IntakeSettings
from intake.tables import Base

ROOMS = "directory applications accounts portal enquiries outreach agencies extracts referrals worklist"
service = Service("intake", IntakeSettings, rooms("intake", ROOMS), base=Base, owns_keys=True)

if __name__ == "__main__":
    from chassis.run.process import main

    main(service)
