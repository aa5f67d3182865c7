"""The kinds of message this service knows; each has a template in every pack."""

from __future__ import annotations

from enum import StrEnum


class MessageKind(StrEnum):
    """What is said to a family."""

    APPLICATION_RECEIVED = "application_received"
    CALL_BACK_MOVED = "call_back_moved"
    SERVICE_ACCEPTED = "service_accepted"
    APPOINTMENT_BOOKED = "appointment_booked"
    APPOINTMENT_CANCELLED = "appointment_cancelled"
    APPOINTMENT_REMINDER = "appointment_reminder"
    VISITS_PUBLISHED = "visits_published"
    VISIT_POSTPONED = "visit_postponed"
    VISIT_REMINDER = "visit_reminder"
    TRIP_INVITATION = "trip_invitation"
    TRIP_CANCELLED = "trip_cancelled"
    TRIP_REMINDER = "trip_reminder"
    ENQUIRY_RECEIVED = "enquiry_received"
    ENQUIRY_ANSWERED = "enquiry_answered"

    @property
    def wording(self) -> str:
        """What staff and families see in lists."""
        return _TITLES[self]

    @property
    def reminds(self) -> bool:
        """Whether the family already knows: a reminder that comes too late is dropped, any other message is not."""
        return self.endswith("_reminder")

    @property
    def courtesy(self) -> bool:
        """Whether the person learns it elsewhere too: without an address it is let go, and nobody has to act."""
        return self is MessageKind.ENQUIRY_RECEIVED


_TITLES = {
    MessageKind.APPLICATION_RECEIVED: "Заявка принята",
    MessageKind.CALL_BACK_MOVED: "Срок звонка изменился",
    MessageKind.SERVICE_ACCEPTED: "Служба приняла заявку",
    MessageKind.APPOINTMENT_BOOKED: "Запись на приём",
    MessageKind.APPOINTMENT_CANCELLED: "Приём отменён",
    MessageKind.APPOINTMENT_REMINDER: "Напоминание о приёме",
    MessageKind.VISITS_PUBLISHED: "Когда придут специалисты",
    MessageKind.VISIT_POSTPONED: "Визит перенесён",
    MessageKind.VISIT_REMINDER: "Напоминание о визите",
    MessageKind.TRIP_INVITATION: "Приглашение на приём бригады",
    MessageKind.TRIP_CANCELLED: "Приём бригады отменён для семьи",
    MessageKind.TRIP_REMINDER: "Напоминание о приёме бригады",
    MessageKind.ENQUIRY_RECEIVED: "Вопрос принят",
    MessageKind.ENQUIRY_ANSWERED: "Ответ на вопрос",
}


class Term(StrEnum):
    """Whose running out somebody is warned of."""

    CALL_BACK = "call_back"
    """A coordinator calls the family back (D2-17)."""
    ACCEPTANCE = "acceptance"
    """The service accepts the family or returns the application (D2-23)."""
    FIRST_APPOINTMENT = "first_appointment"
    """The first appointment is booked within a week of the call (D2-19)."""
    ENQUIRY = "enquiry"
    """The person who asked has the answer (D1-11)."""
    REFERRAL = "referral"
    """The receiver answers the agency that told of a family (T13)."""
    OUTREACH = "outreach"
    """The next thing to do with a family that was found: attempt, visit, letter, meeting, survey (D3-15…D3-21)."""
    QUESTIONNAIRE = "questionnaire"
    """The consultant answers a child's questionnaire (D0-22)."""
    DATA_CHANGE = "data_change"
    """The consultant decides on changed data (D0-17)."""
