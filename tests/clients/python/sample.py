"""A client written from nothing but generated code: a family applies, its coordinator books the first appointment.

``python sample.py apply REGION TERRITORY`` · ``work TERRITORY`` · ``book APPLICATION_ID``; ``MARSHRUT_URL`` is the
gateway, ``MARSHRUT_TOKEN`` an access token of the coordinator.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar, cast
from uuid import UUID, uuid4

import cases_client
import intake_client
import scheduling_client
from cases_client.api.files import list_case_files
from cases_client.models.problem import Problem as CasesProblem
from intake_client.api.applications import get_application_form, submit_application
from intake_client.api.worklist import list_intake_work
from intake_client.models.consent_given import ConsentGiven
from intake_client.models.problem import Problem as IntakeProblem
from intake_client.models.submit_application import SubmitApplication
from scheduling_client.api.appointments import book_appointment, list_first_appointment_slots
from scheduling_client.models.book_appointment import BookAppointment
from scheduling_client.models.problem import Problem as SchedulingProblem

T = TypeVar("T")
URL = os.environ.get("MARSHRUT_URL", "http://127.0.0.1:8080")
TOKEN = os.environ.get("MARSHRUT_TOKEN", "")


def granted(answer: T | IntakeProblem | CasesProblem | SchedulingProblem | None) -> T:
    """The answer, unless it is a refusal."""
    if isinstance(answer, IntakeProblem | CasesProblem | SchedulingProblem):
        raise SystemExit(f"{answer.slug}: {answer.detail_en}")
    assert answer is not None
    return answer


def apply(region: str, territory: str) -> dict[str, Any]:
    # the generator asks for a token wherever one may be sent; the public sends none
    client = cast(intake_client.AuthenticatedClient, intake_client.Client(base_url=f"{URL}/intake"))
    form = granted(get_application_form.sync(region, client=client))
    now = datetime.now(UTC)
    application = SubmitApplication(
        region=region,
        territory=territory,
        representative_name="Примерова Анна Олеговна",
        child_name="Примеров Глеб",
        phone="+7 999 000-00-92",
        birth_date=(now - timedelta(days=120)).date(),
        registered_in_region=True,
        consents=[
            ConsentGiven(purpose=text.purpose, text_version=text.version, text_hash=text.text_hash, given_at=now)
            for text in form.consents
        ],
    )
    faulty = SubmitApplication.from_dict({**application.to_dict(), "phone": "позвоните мне"})
    refused = submit_application.sync_detailed(client=client, body=faulty)
    assert isinstance(refused.parsed, IntakeProblem)
    key = str(uuid4())
    first = granted(submit_application.sync(client=client, body=application, idempotency_key=key))
    again = granted(submit_application.sync(client=client, body=application, idempotency_key=key))
    return {
        "id": str(first.id),
        "number": first.number,
        "outcome": first.outcome,
        "once": first.id == again.id,
        "refusal": {
            "slug": refused.parsed.slug,
            "field": refused.parsed.errors[0].field,
            "status": int(refused.status_code),
        },
    }


def work(territory: str) -> list[dict[str, Any]]:
    client = intake_client.AuthenticatedClient(base_url=f"{URL}/intake", token=TOKEN)
    page = granted(list_intake_work.sync(client=client, territory=territory, which="all", limit=200))
    return [
        {
            "subject_id": str(item.subject_id),
            "standing": item.standing,
            "due_at": item.due_at and item.due_at.isoformat(),
        }
        for item in page.items
    ]


def book(application_id: str) -> dict[str, Any]:
    cases = cases_client.AuthenticatedClient(base_url=f"{URL}/cases", token=TOKEN)
    scheduling = scheduling_client.AuthenticatedClient(base_url=f"{URL}/scheduling", token=TOKEN)
    files = granted(
        list_case_files.sync(
            client=cases,
            application_id=UUID(application_id),
            age_band="0-3",
            sort="-opened_at",
            with_total=True,
            limit=10,
        )
    )
    slots = granted(list_first_appointment_slots.sync(client=scheduling, application_id=UUID(application_id)))
    slot = (slots.in_time or slots.nearest)[0]
    wanted = BookAppointment(application_id=UUID(application_id), starts_at=slot.starts_at)
    appointment = granted(book_appointment.sync(client=scheduling, body=wanted))
    return {
        "files": [str(file.child_id) for file in files.items],
        "total": files.total,
        "appointment": {
            "child_id": str(appointment.child_id),
            "starts_at": appointment.starts_at.isoformat(),
            "state": appointment.state,
        },
    }


if __name__ == "__main__":
    acts: dict[str, Callable[..., Any]] = {"apply": apply, "work": work, "book": book}
    print(json.dumps(acts[sys.argv[1]](*sys.argv[2:])))
