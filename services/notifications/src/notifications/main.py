"""Notifications: what was said to whom, and the proof."""

from chassis.run import Service

from notifications.escalations.room import ROOM as escalations
from notifications.messages.room import ROOM as messages
from notifications.preferences.room import ROOM as preferences
from notifications.settings import Settings
from notifications.tables import Base

rooms = (preferences, messages, escalations)
service = Service("notifications", Settings, rooms, base=Base)

if __name__ == "__main__":
    from chassis.run.process import main

    main(service)
