"""Who is warned when a term nears or passes."""

from chassis.run import Room

from notifications.escalations.access import GUARDED
from notifications.escalations.subscribers import events, timers
from notifications.escalations.worklist import OVERDUE_TERMS, work

ROOM = Room(
    "escalations",
    events=events,
    timers=timers,
    worklist=work,
    gauges=(OVERDUE_TERMS,),
    guarded=GUARDED,
)
