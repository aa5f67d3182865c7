"""Delivered services, the month's quota, acts of urgent services."""

from chassis.run import Room, RoomGauge

from cases.deliveries.access import GUARDED
from cases.deliveries.api import router
from cases.deliveries.queries import open_acts
from cases.deliveries.subscribers import events
from cases.deliveries.worklist import ACTIONS, work

OPEN_ACTS = RoomGauge("urgent_acts_open", "Acts of urgent services that wait for a decision", ("why",), open_acts)

ROOM = Room(
    "deliveries", api=router, events=events, worklist=work, actions=ACTIONS, gauges=(OPEN_ACTS,), guarded=GUARDED
)
