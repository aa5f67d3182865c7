"""Notifications: what was said to whom, and the proof."""

from chassis.run import Service, rooms

from notifications.settings import Settings
from notifications.tables import Base

ROOMS = "preferences messages escalations"
service = Service("notifications", Settings, rooms("notifications", ROOMS), base=Base)

if __name__ == "__main__":
    from chassis.run.process import main

    main(service)
