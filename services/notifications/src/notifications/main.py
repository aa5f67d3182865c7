"""Notifications: what was said to whom, and the proof."""

from chassis.run import Room, Service

from notifications.access import GUARDED
from notifications.base import Base
from notifications.escalations import answers, consultants, finding
from notifications.escalations import queries as escalated
from notifications.escalations import subscribers as deadlines
from notifications.messages import queries, sending, subscribers
from notifications.messages.api import api
from notifications.preferences import subscribers as families
from notifications.settings import Settings

ROOMS = (
    # First: what is learnt of a family here is used by the other rooms for the same event.
    Room("preferences", events=families.events),
    Room(
        "messages",
        api,
        subscribers.events,
        subscribers.timers,
        queries.undelivered,
        (sending.send_messages,),
        (queries.OPEN_MESSAGES,),
    ),
    # The doors of `escalations` for the other aggregates.
    Room("answers", events=answers.events),
    Room("finding", events=finding.events),
    Room("consultants", events=consultants.events),
    Room(
        "escalations",
        None,
        deadlines.events,
        deadlines.timers,
        escalated.raised,
        gauges=(escalated.OVERDUE_TERMS,),
    ),
)
service = Service("notifications", Settings, ROOMS, base=Base, guarded=GUARDED)

if __name__ == "__main__":
    from chassis.run.process import main

    main(service)
