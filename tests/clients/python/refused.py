"""What the type checker must refuse: each marked line is a mistake, and a mark without one is an error too."""

from __future__ import annotations

from cases_client import AuthenticatedClient
from cases_client.api.files import list_case_files
from scheduling_client.models.appointment_card import AppointmentCard
from scheduling_client.models.book_appointment import BookAppointment


def mistakes(cases: AuthenticatedClient, appointment: AppointmentCard) -> None:
    list_case_files.sync(client=cases, teritory="smolensk/gagarin")  # type: ignore[call-arg]
    list_case_files.sync(client=cases, sort="-name")  # type: ignore[arg-type]
    list_case_files.sync(client=cases, age_band="adult")  # type: ignore[arg-type]
    BookAppointment(application_id=appointment.application_id)  # type: ignore[call-arg]
    print(appointment.child_name)  # type: ignore[attr-defined]
