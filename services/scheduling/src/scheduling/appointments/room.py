"""Appointments at an organisation."""

from chassis.run import Room

from scheduling.appointments.access import GUARDED
from scheduling.appointments.api import router
from scheduling.appointments.subscribers import events
from scheduling.appointments.worklist import ACTIONS, work

ROOM = Room(
    "appointments",
    api=router,
    events=events,
    worklist=work,
    actions=ACTIONS,
    guarded=GUARDED,
)
