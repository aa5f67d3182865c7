"""A service put together, started and stopped, as ``room.py`` and ``main.py`` use it."""

from chassis.run.service import Room, RoomGauge, Service, rooms

__all__ = ["Room", "RoomGauge", "Service", "rooms"]
