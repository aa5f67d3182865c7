"""What each kind of message tells."""

from __future__ import annotations

from collections.abc import Mapping

from notifications.kinds import MessageKind
from notifications.messages.facts.applications import ApplicationReceived, CallBackMoved, ServiceAccepted
from notifications.messages.facts.appointments import AppointmentBooked, AppointmentCancelled, AppointmentReminder
from notifications.messages.facts.base import Facts
from notifications.messages.facts.enquiries import EnquiryAnswered, EnquiryReceived
from notifications.messages.facts.trips import TripCancelled, TripInvitation, TripReminder
from notifications.messages.facts.visits import VisitFact, VisitPostponed, VisitReminder, VisitsPublished

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
