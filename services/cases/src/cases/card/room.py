"""The card of a personal file."""

from chassis.run import Room

from cases.card.api import router

ROOM = Room("card", api=router)
