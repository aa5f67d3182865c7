"""Home visits and what is demanded for a child."""

from chassis.run import Room

from scheduling.visits.access import GUARDED
from scheduling.visits.api import router
from scheduling.visits.subscribers import events

ROOM = Room(
    "visits",
    api=router,
    events=events,
    guarded=GUARDED,
)
