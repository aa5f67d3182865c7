"""The people of a file: child, representative, family."""

from chassis.run import Room

from cases.people.access import GUARDED

ROOM = Room("people", guarded=GUARDED)
