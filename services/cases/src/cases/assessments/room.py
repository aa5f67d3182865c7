"""Joint assessments by the International Classification of Functioning."""

from chassis.run import Room

from cases.assessments.api import router

ROOM = Room("assessments", api=router)
