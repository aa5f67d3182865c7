"""Facts scheduling publishes: who is where, when, and what came of it."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict

from contracts.event import Event
from contracts.identifiers import Code, DeliveryMode, ServiceGroup, VisitOutcome


class AppointmentBooked(Event, aggregate="appointment", fact="booked"):
    """An appointment was booked; the first one is due within seven calendar days of the call (D2-19)."""

    appointment_id: UUID
    application_id: UUID | None
    child_id: UUID
    region: Code
    territory: Code | None = None
    organisation_id: UUID
    first: bool
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    due_at: AwareDatetime | None = None
    in_time: bool | None = None
    specialist_ids: tuple[UUID, ...]


class AppointmentHeld(Event, aggregate="appointment", fact="held"):
    """The appointment took place."""

    appointment_id: UUID
    application_id: UUID | None
    child_id: UUID
    region: Code
    held_at: AwareDatetime


class AppointmentCancelled(Event, aggregate="appointment", fact="cancelled"):
    """The appointment was cancelled; the next date is kept (T5)."""

    appointment_id: UUID
    application_id: UUID | None
    child_id: UUID
    region: Code
    reason_code: Code
    next_appointment_id: UUID | None = None


class PlannedService(BaseModel):
    """A service to be given on a visit."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    line_id: UUID | None
    service_code: Code
    group: ServiceGroup
    minutes: int


class PlanMade(Event, aggregate="plan", fact="made"):
    """A plan of the month was computed and waits for the head; nobody's calendar has changed yet (D4-15)."""

    plan_id: UUID
    region: Code
    organisation_id: UUID
    month: date
    visits: int
    unplaced: int


class PlanImproved(Event, aggregate="plan", fact="improved"):
    """A search found a better answer for a plan that is not accepted yet; nobody's calendar has changed (D4-15)."""

    plan_id: UUID
    region: Code
    organisation_id: UUID
    month: date
    visits: int
    unplaced: int


class PlanAccepted(Event, aggregate="plan", fact="accepted"):
    """The head accepted the plan: it broke no rule and the calendar was still the one it was made for."""

    plan_id: UUID
    region: Code
    organisation_id: UUID
    month: date
    visits: int
    unplaced: int


class PlanPublished(Event, aggregate="plan", fact="published"):
    """The month's plan was accepted and published (D4-15)."""

    plan_id: UUID
    region: Code
    organisation_id: UUID
    month: date
    visits: int
    remote_sessions: int
    unplaced: int
    trips: int


class VisitScheduled(Event, aggregate="visit", fact="scheduled"):
    """A home visit or remote session has a published time; the family is told (D4-12, D2-29)."""

    visit_id: UUID
    child_id: UUID
    case_id: UUID
    region: Code
    territory: Code | None = None
    organisation_id: UUID
    plan_id: UUID | None
    programme_id: UUID
    mode: DeliveryMode
    brigade_id: UUID | None
    specialist_ids: tuple[UUID, ...]
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    services: tuple[PlannedService, ...]


class VisitPostponed(Event, aggregate="visit", fact="postponed"):
    """A scheduled visit will not take place at its time; offers of new dates exist (T5)."""

    visit_id: UUID
    child_id: UUID
    case_id: UUID
    region: Code
    programme_id: UUID
    mode: DeliveryMode
    reason: VisitOutcome
    until: date | None = None
    services: tuple[PlannedService, ...]


class PerformedService(BaseModel):
    """A service given on a visit, with the client's own id, so that a resend changes nothing."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    delivery_id: UUID
    line_id: UUID | None
    service_code: Code
    group: ServiceGroup
    minutes: int
    specialist_id: UUID | None


class VisitReported(Event, aggregate="visit", fact="reported"):
    """What came of a visit; cases records the delivered services from it (D4-05)."""

    visit_id: UUID
    child_id: UUID
    case_id: UUID
    region: Code
    programme_id: UUID
    mode: DeliveryMode
    outcome: VisitOutcome
    performed_at: AwareDatetime
    services: tuple[PerformedService, ...] = ()


class TripPlanned(Event, aggregate="trip", fact="planned"):
    """A brigade's day at a partner's point, waiting for the host's confirmation (D4-15, D4-17)."""

    trip_id: UUID
    region: Code
    territory: Code
    organisation_id: UUID
    point_id: UUID
    host_organisation_id: UUID
    day: date
    specialist_ids: tuple[UUID, ...]
    urgent: bool = False


class TripConfirmed(Event, aggregate="trip", fact="confirmed"):
    """The host confirmed the day (D4-17)."""

    trip_id: UUID
    region: Code
    day: date


class TripCancelled(Event, aggregate="trip", fact="cancelled"):
    """The brigade does not come that day; families that were invited are told (T5). Nothing is kept booked."""

    trip_id: UUID
    region: Code
    day: date
    reason_code: Code


class Invitation(BaseModel):
    """A family invited to a point, with its start and the services it is to receive in sequence."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    child_id: UUID
    case_id: UUID
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    services: int


class TripPublished(Event, aggregate="trip", fact="published"):
    """The trip is published; each invited family is told when to come."""

    trip_id: UUID
    region: Code
    territory: Code
    organisation_id: UUID
    point_id: UUID
    day: date
    invitations: tuple[Invitation, ...]


class TripService(BaseModel):
    """An urgent service given at the point."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    delivery_id: UUID
    child_id: UUID
    case_id: UUID
    service_code: Code
    group: ServiceGroup
    minutes: int
    specialist_id: UUID | None


class TripPerformed(Event, aggregate="trip", fact="performed"):
    """The trip took place; cases prefills one act of urgent services for each family (D4-21)."""

    trip_id: UUID
    region: Code
    territory: Code
    organisation_id: UUID
    day: date
    services: tuple[TripService, ...]


class SpecialistRegistered(Event, aggregate="specialist", fact="registered"):
    """A specialist and what he or she can do; the whole state (D0-12, D4-12)."""

    specialist_id: UUID
    principal_id: UUID | None
    region: Code
    organisation_id: UUID
    skills: frozenset[Code]
    active: bool = True
