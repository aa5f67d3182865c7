"""The intake service: its rooms, put together."""

from chassis.run import Service

from intake.accounts.room import ROOM as accounts
from intake.agencies.room import ROOM as agencies
from intake.applications.room import ROOM as applications
from intake.directory.room import ROOM as directory
from intake.enquiries.room import ROOM as enquiries
from intake.extracts.room import ROOM as extracts
from intake.outreach.room import ROOM as outreach
from intake.portal.room import ROOM as portal
from intake.referrals.room import ROOM as referrals
from intake.settings import IntakeSettings
from intake.tables import Base
from intake.worklist.room import ROOM as worklist

rooms = (directory, applications, accounts, portal, enquiries, outreach, agencies, extracts, referrals, worklist)
service = Service("intake", IntakeSettings, rooms, base=Base, owns_keys=True)

if __name__ == "__main__":
    from chassis.run.process import main

    main(service)
