"""People and things of the calendar: specialists, points, brigades, vehicles, absences."""

from chassis.run import Room

from scheduling.pack import SchedulingPack
from scheduling.resources.access import GUARDED
from scheduling.resources.api import router
from scheduling.resources.commands import load_at_start
from scheduling.resources.subscribers import events

ROOM = Room(
    "resources",
    api=router,
    events=events,
    background=(load_at_start,),
    guarded=GUARDED,
    packs=(SchedulingPack,),
)
