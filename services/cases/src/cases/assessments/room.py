"""Joint assessments by the International Classification of Functioning."""

from chassis.run import Room

from cases.assessments.access import GUARDED
from cases.assessments.api import router

ROOM = Room("assessments", api=router, guarded=GUARDED)
