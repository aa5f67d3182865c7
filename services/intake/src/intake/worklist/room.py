"""Items of all rooms assigned to one person."""

from chassis.run import Room

from intake.worklist.api import router

ROOM = Room("worklist", api=router)
