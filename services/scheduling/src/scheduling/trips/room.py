"""A brigade's day at a partner's point."""

from chassis.run import Room

from scheduling.trips.access import GUARDED
from scheduling.trips.api import router
from scheduling.trips.subscribers import timers
from scheduling.trips.worklist import ACTIONS, work

ROOM = Room(
    "trips",
    api=router,
    timers=timers,
    worklist=work,
    actions=ACTIONS,
    guarded=GUARDED,
)
