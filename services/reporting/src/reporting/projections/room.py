"""Events become read tables."""

from chassis.run import Room

from reporting.projections.access import GUARDED
from reporting.projections.subscribers import events

ROOM = Room("projections", events=events, guarded=GUARDED)
