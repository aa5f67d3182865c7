"""What was delivered, how the month stands, which acts wait for a signature."""

from cases.deliveries.queries.acts import ActCard, ActQuery, open_acts, urgent_acts
from cases.deliveries.queries.deliveries import DeliveredService, DeliveryQuery, deliveries
from cases.deliveries.queries.quota import Month, QuotaCard, quota

__all__ = [
    "ActCard",
    "ActQuery",
    "DeliveredService",
    "DeliveryQuery",
    "Month",
    "QuotaCard",
    "deliveries",
    "open_acts",
    "quota",
    "urgent_acts",
]
