"""The people of a file: child, representative, family."""

from chassis.run import Room

ROOM = Room("people")
