"""The event door: what rooms use of it."""

from chassis.bus.router import Delivery, EventRouter

__all__ = ["Delivery", "EventRouter"]
