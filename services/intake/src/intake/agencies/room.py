"""Agencies' own systems."""

from chassis.run import Room

from intake.agencies.access import GUARDED
from intake.agencies.api import router

ROOM = Room("agencies", api=router, guarded=GUARDED)
