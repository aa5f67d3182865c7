"""Delivered services, awaited visits, pauses for illness, and acts of urgent services."""

from cases.deliveries.model.act import Services, ServicesWithoutFile, Stands, UrgentAct, act_id
from cases.deliveries.model.delivery import AwaitedVisit, Delivery, IllnessPause

__all__ = [
    "AwaitedVisit",
    "Delivery",
    "IllnessPause",
    "Services",
    "ServicesWithoutFile",
    "Stands",
    "UrgentAct",
    "act_id",
]
