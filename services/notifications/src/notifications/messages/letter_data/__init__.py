"""What each kind of message tells. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from notifications.kinds import MessageKind
from notifications.messages.letter_data.applications import ApplicationReceived, CallBackMoved, ServiceAccepted
from notifications.messages.letter_data.appointments import AppointmentBooked, AppointmentCancelled, AppointmentReminder
from notifications.messages.letter_data.base import Facts
from notifications.messages.letter_data.enquiries import EnquiryAnswered, EnquiryReceived
from notifications.messages.letter_data.trips import TripCancelled, TripInvitation, TripReminder
from notifications.messages.letter_data.visits import VisitFact, VisitPostponed, VisitReminder, VisitsPublished

__all__ = [
    "FACTS",
    "ApplicationReceived",
    "AppointmentBooked",
    "AppointmentCancelled",
    "AppointmentReminder",
    "CallBackMoved",
    "EnquiryAnswered",
    "EnquiryReceived",
    "Facts",
    "ServiceAccepted",
    "TripCancelled",
    "TripInvitation",
    "TripReminder",
    "VisitFact",
    "VisitPostponed",
    "VisitReminder",
    "VisitsPublished",
]

FACTS: Mapping[MessageKind, type[Facts]] = {
    kind.kind: kind
    for kind in (
        ApplicationReceived,
        CallBackMoved,
        ServiceAccepted,
        AppointmentBooked,
        AppointmentCancelled,
        AppointmentReminder,
        VisitsPublished,
        VisitPostponed,
        VisitReminder,
        TripInvitation,
        TripCancelled,
        TripReminder,
        EnquiryReceived,
        EnquiryAnswered,
    )
}
"""The facts of every kind."""
