"""What a brigade takes along and brings back."""

from chassis.run import Room

from scheduling.fieldwork.access import GUARDED
from scheduling.fieldwork.api import router
from scheduling.fieldwork.subscribers import timers
from scheduling.fieldwork.worklist import ACTIONS, OPEN_CONFLICTS, work

ROOM = Room(
    "fieldwork",
    api=router,
    timers=timers,
    worklist=work,
    actions=ACTIONS,
    gauges=(OPEN_CONFLICTS,),
    guarded=GUARDED,
)
