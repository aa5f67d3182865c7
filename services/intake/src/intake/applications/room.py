"""Applications for early help."""

from chassis.run import Room

from intake.applications.access import GUARDED
from intake.applications.api import router
from intake.applications.background import recompute_deadlines
from intake.applications.pack import IntakePack
from intake.applications.subscribers import events, timers
from intake.applications.worklist import ACTIONS, work

ROOM = Room(
    "applications",
    api=router,
    events=events,
    timers=timers,
    worklist=work,
    actions=ACTIONS,
    background=(recompute_deadlines,),
    guarded=GUARDED,
    packs=(IntakePack,),
)
