"""Every write of the room: what visits and trips bring, acts of urgent services, entries by hand."""

from cases.deliveries.commands.await_visit import await_visit
from cases.deliveries.commands.draw_up_acts import draw_up_acts
from cases.deliveries.commands.postpone_visit import postpone_visit
from cases.deliveries.commands.record_delivery import DeliveryEntered, RecordDelivery, record_delivery
from cases.deliveries.commands.settle_urgent_act import ActSettled, SettleUrgentAct, settle_urgent_act
from cases.deliveries.commands.sign_urgent_act import ActSigned, SignUrgentAct, sign_urgent_act
from cases.deliveries.commands.take_visit_report import take_visit_report

__all__ = [
    "ActSettled",
    "ActSigned",
    "DeliveryEntered",
    "RecordDelivery",
    "SettleUrgentAct",
    "SignUrgentAct",
    "await_visit",
    "draw_up_acts",
    "postpone_visit",
    "record_delivery",
    "settle_urgent_act",
    "sign_urgent_act",
    "take_visit_report",
]
