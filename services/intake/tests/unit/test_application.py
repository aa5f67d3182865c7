"""The rules of an application, one by one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import workdays
from chassis.errors import DomainError
from contracts.identifiers import CallOutcome, Purpose
from contracts.intake import ApplicationRedirected, ApplicationWithdrawn, CallRecorded
from contracts.personal import Contact, FileOpening
from contracts.sealed import Sealed
from intake.applications.model.application import Application
from intake.applications.model.deadlines import DeadlineKind
from intake.applications.model.papers import CallAttempt, Filing, Papers
from intake.applications.states import ApplicationState
from intake.testing import organisation
from workdays import Standing

Due = Callable[[str, datetime], workdays.Deadline]
COORDINATOR, COLLEAGUE = uuid4(), uuid4()


def attempt(application: Application, at: datetime, outcome: CallOutcome, by: UUID = COORDINATOR) -> CallAttempt:
    return CallAttempt(
        id=uuid4(),
        application_id=application.id,
        outcome=outcome,
        called_at=at,
        called_by=by,
        explanation_given=outcome is CallOutcome.REACHED,
    )


def called(application: Application, at: datetime, outcome: CallOutcome, due: Due) -> None:
    application.call(attempt(application, at, outcome), due("first_appointment", at))


@pytest.fixture
def handed_over(application: Application, due: Due, now: datetime) -> Application:
    application.take(COORDINATOR, None, now)
    called(application, now, CallOutcome.REACHED, due)
    application.hand_over(COORDINATOR, organisation("early-help-north"), due("acceptance", now), now)
    return application


def last_fact(application: Application) -> Any:
    return application.take_recorded()[-1].event


def refused(slug: str) -> Any:
    return pytest.raises(DomainError, match=f"^{slug}:")


def test_D2_17_call_back_is_due_the_same_working_day(application: Application) -> None:
    row = application.deadline(DeadlineKind.CALL_BACK)
    assert row.due_at == datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
    assert application.due_at == row.due_at


def test_D2_17_after_closing_the_call_back_moves_to_the_next_working_day_and_says_why(due: Due) -> None:
    friday_evening = datetime(2026, 3, 6, 16, 30, tzinfo=UTC)
    found = due("call_back", friday_evening)
    assert found.due_at == datetime(2026, 3, 10, 15, 0, tzinfo=UTC)
    assert "8 марта" in found.explanation.text()


def test_D2_17_a_call_that_nobody_answered_keeps_the_deadline_running(
    application: Application, due: Due, now: datetime
) -> None:
    application.take(COORDINATOR, None, now)
    called(application, now, CallOutcome.NO_ANSWER, due)
    assert application.state is ApplicationState.TAKEN
    assert [row.kind for row in application.running()] == [DeadlineKind.CALL_BACK]


def test_D2_17_a_late_call_is_told_as_late(application: Application, due: Due, now: datetime) -> None:
    application.take(COORDINATOR, None, now)
    tomorrow = now + timedelta(days=1)
    called(application, tomorrow, CallOutcome.REACHED, due)
    fact = last_fact(application)
    assert isinstance(fact, CallRecorded)
    assert not fact.on_time
    assert application.deadline(DeadlineKind.CALL_BACK).standing(tomorrow) is Standing.DONE_LATE


def test_D2_19_the_first_appointment_is_due_seven_calendar_days_after_the_call(
    application: Application, due: Due, now: datetime
) -> None:
    application.take(COORDINATOR, None, now)
    called(application, now, CallOutcome.REACHED, due)
    row = application.deadline(DeadlineKind.FIRST_APPOINTMENT)
    assert row.due_at.date() == now.date() + timedelta(days=7)
    called(application, now + timedelta(days=2), CallOutcome.REACHED, due)
    assert application.deadline(DeadlineKind.FIRST_APPOINTMENT).started_at == now


def test_a_family_that_declines_has_withdrawn(application: Application, due: Due, now: datetime) -> None:
    application.take(COORDINATOR, None, now)
    called(application, now, CallOutcome.DECLINED, due)
    assert application.state is ApplicationState.WITHDRAWN
    assert application.running() == []
    assert isinstance(last_fact(application), ApplicationWithdrawn)


def test_D2_23_a_family_has_one_coordinator_until_another_names_him(application: Application, now: datetime) -> None:
    application.take(COORDINATOR, None, now)
    with refused("other_coordinator"):
        application.take(COLLEAGUE, None, now)
    application.take(COLLEAGUE, COORDINATOR, now)
    assert application.coordinator_id == COLLEAGUE


def test_taking_again_changes_nothing(application: Application, now: datetime) -> None:
    application.take(COORDINATOR, None, now)
    version = application.version
    application.take(COORDINATOR, None, now)
    assert application.version == version


def test_only_its_coordinator_calls_and_hands_over(application: Application, due: Due, now: datetime) -> None:
    application.take(COORDINATOR, None, now)
    with refused("other_coordinator"):
        application.call(attempt(application, now, CallOutcome.REACHED, COLLEAGUE), due("first_appointment", now))
    called(application, now, CallOutcome.REACHED, due)
    with refused("other_coordinator"):
        application.hand_over(COLLEAGUE, uuid4(), due("acceptance", now), now)


def test_an_unheard_family_is_not_handed_over(application: Application, due: Due, now: datetime) -> None:
    application.take(COORDINATOR, None, now)
    with refused("wrong_state"):
        application.hand_over(COORDINATOR, uuid4(), due("acceptance", now), now)


def test_D2_23_a_returned_application_goes_to_another_service(
    handed_over: Application, due: Due, now: datetime
) -> None:
    handed_over.return_to_coordinator("no_capacity", now)
    assert handed_over.state is ApplicationState.RETURNED
    assert handed_over.due_at == handed_over.deadline(DeadlineKind.FIRST_APPOINTMENT).due_at
    later = now + timedelta(hours=30)
    handed_over.hand_over(COORDINATOR, organisation("early-help-south"), due("acceptance", later), later)
    assert handed_over.deadline(DeadlineKind.ACCEPTANCE).done_at is None
    assert handed_over.return_reason is None


def test_nothing_is_withdrawn_twice(application: Application, now: datetime) -> None:
    application.withdraw(now)
    with refused("wrong_state"):
        application.withdraw(now)


def test_nothing_is_withdrawn_after_acceptance(
    handed_over: Application, sealed: Sealed[Contact], now: datetime
) -> None:
    handed_over.accept(Sealed[FileOpening](**sealed.model_dump()), now)
    with refused("wrong_state"):
        handed_over.withdraw(now)


def test_the_booked_first_appointment_meets_its_deadline_and_a_cancelled_one_does_not(
    handed_over: Application, now: datetime
) -> None:
    first, another = uuid4(), uuid4()
    handed_over.booked(first, now + timedelta(days=3), now)
    handed_over.unbooked(another)
    assert handed_over.deadline(DeadlineKind.FIRST_APPOINTMENT).done_at == now
    handed_over.unbooked(first)
    assert DeadlineKind.FIRST_APPOINTMENT in [row.kind for row in handed_over.running()]


def test_the_health_ground_falls_with_its_last_consent(application: Application) -> None:
    application.health_consent_ids = []
    first, second = uuid4(), uuid4()
    application.note_health_consent(first, True)
    application.note_health_consent(first, True)
    application.note_health_consent(second, True)
    application.note_health_consent(first, False)
    assert application.grounds == {Purpose.HEALTH}
    application.note_health_consent(second, False)
    assert application.grounds == frozenset()


def test_D2_03_a_redirected_application_is_closed_and_runs_no_deadline(filing: Filing, papers: Papers) -> None:
    application = Application.redirect(filing, papers, None)
    assert application.state is ApplicationState.REDIRECTED
    assert application.running() == []
    assert isinstance(last_fact(application), ApplicationRedirected)


def test_a_moved_deadline_is_told_once(application: Application, due: Due, now: datetime) -> None:
    row, later = application.deadline(DeadlineKind.CALL_BACK), now + timedelta(days=1)
    assert application.move_deadline(row, due("call_back", later), now)
    assert not application.move_deadline(row, due("call_back", later), now)
    assert application.due_at == row.due_at == datetime(2026, 3, 3, 15, 0, tzinfo=UTC)
