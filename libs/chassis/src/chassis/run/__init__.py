"""A service put together, started and stopped: what ``room.py`` and ``main.py`` use of it."""

from chassis.run.service import Room, RoomGauge, Service, rooms

__all__ = ["Room", "RoomGauge", "Service", "rooms"]
