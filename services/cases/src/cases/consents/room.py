"""The register of consents."""

from chassis.run import Room

from cases.consents.api import router
from cases.consents.subscribers import events

ROOM = Room("consents", api=router, events=events)
