"""Programmes: drawn up, signed, approved, corrected, finished."""

from chassis.run import Room

from cases.programmes.access import GUARDED
from cases.programmes.api import router
from cases.programmes.subscribers import timers
from cases.programmes.worklist import ACTIONS, work

ROOM = Room("programmes", api=router, timers=timers, worklist=work, actions=ACTIONS, guarded=GUARDED)
