"""The plan of a month."""

from chassis.run import Room

from scheduling.plans.access import GUARDED
from scheduling.plans.api import router
from scheduling.plans.background import work_off_searches
from scheduling.plans.worklist import ACTIONS, work

ROOM = Room(
    "plans",
    api=router,
    worklist=work,
    actions=ACTIONS,
    background=(work_off_searches,),
    guarded=GUARDED,
)
