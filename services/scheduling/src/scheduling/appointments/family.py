"""The family an appointment is for: by its application, or by the appointment it already had. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from chassis.errors import DomainError, Kind

from scheduling.appointments.model import Appointment
from scheduling.resources.model import Request


class Family(NamedTuple):
    """Who comes, to which service, and until when it should have happened.

    ``skills`` and ``minutes`` of a later appointment; without them the first appointment's composition stands.
    """

    application_id: UUID | None
    child_id: UUID
    region: str
    territory: str
    coordinator_id: UUID | None
    organisation_id: UUID
    due_at: datetime | None
    skills: Sequence[str] | None = None
    minutes: int | None = None


def family_of_request(request: Request) -> Family:
    """The family behind an application; refuses before the call and before the hand-over."""
    if request.withdrawn:
        raise _closed("application_withdrawn", "Семья отозвала заявку.", "The family withdrew its application.")
    if request.first_due is None:
        raise _closed("call_first", "Сначала позвоните семье: срок считается от звонка.", "Call the family first.")
    if request.serving_organisation_id is None:
        raise _closed("not_handed_over", "Заявка ещё не передана службе.", "No service has been given the application.")
    return Family(
        request.id,
        request.child_id,
        request.region,
        request.territory,
        request.coordinator_id,
        request.serving_organisation_id,
        request.first_due,
    )


def family_of_appointment(appointment: Appointment) -> Family:
    """The family of an appointment, for its next date: a later one keeps its own composition."""
    return Family(
        appointment.application_id,
        appointment.child_id,
        appointment.region,
        appointment.territory,
        appointment.coordinator_id,
        appointment.serving_organisation_id,
        appointment.due_at,
        None if appointment.first else appointment.skills,
        None if appointment.first else (appointment.ends_at - appointment.starts_at) // timedelta(minutes=1),
    )


def _closed(slug: str, ru: str, en: str) -> DomainError:
    return DomainError(slug, Kind.CONFLICT, ru=ru, en=en)
