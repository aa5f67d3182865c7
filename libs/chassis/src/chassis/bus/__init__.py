"""The event door, as rooms use it."""

from chassis.bus.router import Delivery, EventRouter

__all__ = ["Delivery", "EventRouter"]
