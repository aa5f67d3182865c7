"""Which fact changes what. Each block is one aggregate and the read table it fills."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from chassis.bus import Delivery, EventRouter
from chassis.work import Unit
from contracts import cases, intake, scheduling
from contracts.identifiers import CallOutcome

from reporting.projections.commands import Fold, Patch
from reporting.projections.model import (
    ApplicationRow,
    AppointmentRow,
    CaseRow,
    DeliveryRow,
    EnquiryRow,
    ProgrammeRow,
    TripRow,
    VisitRow,
)

events = EventRouter()

applications = Fold(ApplicationRow)
appointments = Fold(AppointmentRow)
case_files = Fold(CaseRow)
programmes = Fold(ProgrammeRow)
deliveries = Fold(DeliveryRow)
visits = Fold(VisitRow)
trips = Fold(TripRow)
enquiries = Fold(EnquiryRow)


@applications.on(intake.ApplicationSubmitted)
def application_submitted(event: intake.ApplicationSubmitted) -> Patch:
    return {
        "region": event.region,
        "territory": event.territory,
        "source": event.source,
        "entry_point": event.entry_point,
        "age_band": event.age_band,
        "submitted_at": event.submitted_at,
        "call_back_due_at": event.call_back_due.due_at,
    }


@applications.on(intake.ApplicationRedirected)
def application_redirected(event: intake.ApplicationRedirected) -> Patch:
    return {
        "region": event.region,
        "territory": event.region,
        "source": event.source,
        "age_band": event.age_band,
        "submitted_at": event.submitted_at,
        "redirected": True,
    }


@applications.on(intake.ApplicationTaken)
def application_taken(event: intake.ApplicationTaken) -> Patch:
    return {"organisation_id": event.organisation_id}


@applications.on(intake.CallRecorded)
def call_recorded(event: intake.CallRecorded) -> Patch:
    if event.outcome is not CallOutcome.REACHED:
        return {"call_back_due_at": event.due_at}
    return {"call_back_due_at": event.due_at, "reached_at": event.called_at, "reached_on_time": event.on_time}


@applications.on(intake.ApplicationDeadlineMoved)
def application_deadline_moved(event: intake.ApplicationDeadlineMoved) -> Patch:
    return {"call_back_due_at": event.due.due_at} if event.kind == "call_back" else {}


@applications.on(intake.ApplicationHandedOver)
def application_handed_over(event: intake.ApplicationHandedOver) -> Patch:
    return {"territory": event.territory}


@applications.on(intake.ApplicationTerritoriesSet)
def application_territories_set(event: intake.ApplicationTerritoriesSet) -> Patch:
    return {"territory": event.responsible_territory}


@applications.on(intake.ApplicationAccepted)
def application_accepted(event: intake.ApplicationAccepted) -> Patch:
    return {"accepted_at": event.accepted_at}


@applications.on(intake.ApplicationWithdrawn)
def application_withdrawn(event: intake.ApplicationWithdrawn) -> Patch:
    return {"withdrawn_at": event.withdrawn_at}


@appointments.on(scheduling.AppointmentBooked)
def appointment_booked(event: scheduling.AppointmentBooked) -> Patch:
    return {
        "region": event.region,
        "territory": event.territory or event.region,
        "organisation_id": event.organisation_id,
        "application_id": event.application_id,
        "first": event.first,
        "starts_at": event.starts_at,
        "in_time": event.in_time,
        "cancelled": False,
    }


@appointments.on(scheduling.AppointmentHeld)
def appointment_held(event: scheduling.AppointmentHeld) -> Patch:
    return {"held_at": event.held_at}


@appointments.on(scheduling.AppointmentCancelled)
def appointment_cancelled(_: scheduling.AppointmentCancelled) -> Patch:
    return {"cancelled": True}


@case_files.on(cases.CaseFileOpened)
def case_file_opened(event: cases.CaseFileOpened) -> Patch:
    return {
        "region": event.region,
        "territory": event.territory,
        "organisation_id": event.serving_organisation_id,
        "child_id": event.child_id,
        "age_band": event.age_band,
        "opened_at": event.opened_at,
    }


@programmes.on(cases.ProgrammeApproved)
def programme_approved(event: cases.ProgrammeApproved) -> Patch:
    return {
        "region": event.region,
        "territory": event.territory,
        "organisation_id": event.serving_organisation_id,
        "case_id": event.case_id,
        "child_id": event.child_id,
        "kind": event.kind,
        "starts_on": event.starts_on,
        "ends_on": event.ends_on,
        "quota": {str(group): count for group, count in event.quota.items()},
    }


@deliveries.on(cases.ServiceDelivered)
def service_delivered(event: cases.ServiceDelivered) -> Patch:
    return {
        "region": event.region,
        "territory": event.territory,
        "organisation_id": event.organisation_id,
        "case_id": event.case_id,
        "child_id": event.child_id,
        "programme_id": event.programme_id,
        "service_code": event.service_code,
        "service_group": event.group,
        "mode": event.mode,
        "accounting": event.accounting,
        "delivered_on": event.delivered_on,
        "minutes": event.minutes,
        "cancelled": False,
    }


@deliveries.on(cases.DeliveryCancelled)
def delivery_cancelled(event: cases.DeliveryCancelled) -> Patch:
    return {"region": event.region, "case_id": event.case_id, "child_id": event.child_id, "cancelled": True}


@visits.on(scheduling.VisitScheduled)
def visit_scheduled(event: scheduling.VisitScheduled) -> Patch:
    return {
        "region": event.region,
        "territory": event.territory or event.region,
        "organisation_id": event.organisation_id,
        "case_id": event.case_id,
        "child_id": event.child_id,
        "programme_id": event.programme_id,
        "mode": event.mode,
        "starts_at": event.starts_at,
        "state": "scheduled",
        "planned": _by_group(event.services),
    }


@visits.on(scheduling.VisitPostponed)
def visit_postponed(event: scheduling.VisitPostponed) -> Patch:
    return {"state": "postponed", "outcome": event.reason}


@visits.on(scheduling.VisitReported)
def visit_reported(event: scheduling.VisitReported) -> Patch:
    return {"state": "reported", "outcome": event.outcome}


@trips.on(scheduling.TripPlanned)
def trip_planned(event: scheduling.TripPlanned) -> Patch:
    return {
        "region": event.region,
        "territory": event.territory,
        "organisation_id": event.organisation_id,
        "day": event.day,
        "urgent": event.urgent,
    }


@trips.on(scheduling.TripConfirmed)
def trip_confirmed(_: scheduling.TripConfirmed) -> Patch:
    return {"confirmed": True}


@trips.on(scheduling.TripPublished)
def trip_published(event: scheduling.TripPublished) -> Patch:
    return {"published": True, "families": len({invitation.child_id for invitation in event.invitations})}


@trips.on(scheduling.TripCancelled)
def trip_cancelled(_: scheduling.TripCancelled) -> Patch:
    return {"cancelled": True}


@trips.on(scheduling.TripPerformed)
def trip_performed(event: scheduling.TripPerformed) -> Patch:
    return {"performed": True, "services": len(event.services)}


@enquiries.on(intake.EnquiryRegistered)
def enquiry_registered(event: intake.EnquiryRegistered) -> Patch:
    return {
        "region": event.region,
        "territory": event.territory,
        "organisation_id": event.organisation_id,
        "channel": event.channel,
        "theme": event.theme,
        "help_kind": event.help_kind,
        "anonymous": event.anonymous,
        "complaint": event.complaint,
        "registered_at": event.registered_at,
        "due_at": event.due.due_at,
    }


@enquiries.on(intake.EnquiryClassified)
def enquiry_classified(event: intake.EnquiryClassified) -> Patch:
    return {
        "theme": event.theme,
        "help_kind": event.help_kind,
        "complaint": event.complaint,
        "due_at": event.due.due_at,
    }


@enquiries.on(intake.EnquiryDueMoved)
def enquiry_due_moved(event: intake.EnquiryDueMoved) -> Patch:
    return {"due_at": event.due.due_at}


@enquiries.on(intake.EnquiryServed)
def enquiry_served(event: intake.EnquiryServed) -> Patch:
    # again, where the family asked on: what was given before answered another question
    return {"due_at": event.due.due_at, "given_at": None, "on_time": None}


@enquiries.on(intake.EnquiryAnswerGiven)
def enquiry_answer_given(event: intake.EnquiryAnswerGiven) -> Patch:
    return {"given_at": event.given_at, "on_time": event.on_time}


@enquiries.on(intake.EnquiryResultRecorded)
def enquiry_result_recorded(event: intake.EnquiryResultRecorded) -> Patch:
    return {"outcome": event.outcome, "closed_at": event.recorded_at}


@enquiries.on(intake.EnquiryAmended)
def enquiry_amended(event: intake.EnquiryAmended) -> Patch:
    return {"outcome": event.outcome}


def _by_group(services: Iterable[scheduling.PlannedService]) -> dict[str, int]:
    return dict(Counter(str(service.group) for service in services))


def _project(fold: Fold) -> None:
    @events.batch(*fold.patches)
    async def project(batch: Sequence[Delivery], unit: Unit) -> None:
        await fold.apply_batch(batch, unit)


for _fold in (applications, appointments, case_files, programmes, deliveries, visits, trips, enquiries):
    _project(_fold)
