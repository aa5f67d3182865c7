"""Extracts of IPRAs."""

from chassis.run import Room

from intake.extracts.access import GUARDED
from intake.extracts.api import router
from intake.extracts.commands.import_extracts import work_off_imports

ROOM = Room(
    "extracts",
    api=router,
    background=(work_off_imports,),
    guarded=GUARDED,
)
