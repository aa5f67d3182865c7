"""What a family is told when something happens, and that it is told once."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID, uuid4

from chassis.testing.running import Running
from contracts.cases import ProgrammeApproved
from contracts.identifiers import DeliveryMode, ProgrammeKind, VisitOutcome
from contracts.intake import ApplicationWithdrawn
from contracts.personal import Contact
from contracts.scheduling import (
    AppointmentCancelled,
    SpecialistRegistered,
    VisitPostponed,
    VisitReported,
)
from contracts.sealed import place, seal
from embedded import Mail, MailSink
from notifications.kinds import MessageKind
from notifications.messages.model import MessageState
from notifications.testing import CENTRE, REGION, SPEECH_THERAPIST, Household, Office, local

NOON = local(10, 12)


async def newest(office: Office, sink: MailSink, home: Household) -> Mail:
    """The latest letter, after the visits of a plan have been gathered."""
    office.app.clock.advance(timedelta(seconds=6))
    await office.send()
    return sink.messages(home.email)[-1]


async def know_specialist(app: Running) -> None:
    event = SpecialistRegistered(
        specialist_id=SPEECH_THERAPIST,
        principal_id=None,
        region=REGION,
        organisation_id=CENTRE,
        skills=frozenset({"speech_therapist"}),
    )
    assert await app.deliver(event) is None


def cancelled(home: Household, appointment_id: UUID, following: UUID | None = None) -> AppointmentCancelled:
    return AppointmentCancelled(
        appointment_id=appointment_id,
        application_id=home.application_id,
        child_id=home.child_id,
        region=REGION,
        reason_code="specialist_absent",
        next_appointment_id=following,
    )


def postponed(home: Household, visit_id: UUID) -> VisitPostponed:
    return VisitPostponed(
        visit_id=visit_id,
        child_id=home.child_id,
        case_id=home.child_id,
        region=REGION,
        programme_id=uuid4(),
        mode=DeliveryMode.HOME,
        reason=VisitOutcome.CHILD_ILL,
        until=date(2026, 3, 17),
        services=(),
    )


async def test_D2_23_the_family_learns_which_service_accepted(office: Office, sink: MailSink) -> None:
    home = await office.acquainted()
    await office.app.deliver(home.accepted(office.app.clock.now()))
    mail = await newest(office, sink, home)
    assert mail.subject == "Вам поможет Микрореабилитационный центр"
    assert "понедельник, 9 марта 2026 года" in mail.text
    assert (await office.newest(home)).serving_organisation_id == CENTRE


async def test_D2_20_the_booking_says_when_where_who_and_what_to_bring(office: Office, sink: MailSink) -> None:
    home = await office.acquainted()
    await know_specialist(office.app)
    await office.app.deliver(home.booked(NOON))
    mail = await newest(office, sink, home)
    assert "вторник, 10 марта 2026 года, 12:00" in mail.text
    assert "г. Смоленск, ул. Примерная, д. 5" in mail.text
    assert "Кто примет: логопед" in mail.text
    assert "свидетельство о рождении" in mail.text


async def test_T4_a_booking_told_again_because_its_due_time_moved_is_no_news(office: Office, sink: MailSink) -> None:
    home = await office.acquainted()
    event = home.booked(NOON)
    await office.app.deliver(event)
    await office.send()
    await office.app.deliver(event.model_copy(update={"due_at": NOON, "in_time": True}))
    await office.send()
    assert len([mail for mail in sink.messages(home.email) if "приём" in mail.subject.lower()]) == 1


async def test_T5_a_cancelled_appointment_is_told_with_its_reason(office: Office, sink: MailSink) -> None:
    home = await office.acquainted()
    event = home.booked(NOON)
    await office.app.deliver(event)
    await office.send()
    await office.app.deliver(cancelled(home, event.appointment_id, uuid4()))
    mail = await newest(office, sink, home)
    assert "вторник, 10 марта 2026 года, 12:00, не состоится" in mail.text
    assert "Специалист отсутствует" in mail.text
    assert "отдельным письмом" in mail.text


async def test_a_booking_cancelled_before_it_was_told_is_not_told_at_all(office: Office, sink: MailSink) -> None:
    home = await office.acquainted()
    office.app.clock.set(local(2, 23))
    event = home.booked(NOON)
    await office.app.deliver(event)
    await office.app.deliver(cancelled(home, event.appointment_id))
    office.app.clock.set(local(3, 10))
    await office.send()
    assert len(sink.messages(home.email)) == 1
    assert [m.state for m in await office.messages(home)] == [MessageState.SENT, MessageState.CANCELLED]


async def test_a_letter_of_the_night_waits_till_morning(office: Office, sink: MailSink) -> None:
    home = await office.acquainted()
    office.app.clock.set(local(2, 22))
    await office.app.deliver(home.booked(NOON))
    assert (await office.newest(home)).planned_for == local(3, 9)
    assert await office.send() == 0
    office.app.clock.set(local(3, 9))
    await office.send()
    assert len(sink.messages(home.email)) == 2


async def test_a_letter_held_up_into_the_night_waits_too(office: Office, sink: MailSink) -> None:
    home = await office.acquainted()
    await office.app.deliver(home.booked(NOON))
    office.app.clock.set(local(2, 23))
    await office.send()
    assert len(sink.messages(home.email)) == 1
    assert (await office.newest(home)).planned_for == local(3, 9)


async def test_D4_12_the_visits_of_a_plan_come_in_one_letter(office: Office, sink: MailSink) -> None:
    home, plan = await office.acquainted(), uuid4()
    await know_specialist(office.app)
    for day in (10, 12, 17):
        await office.app.deliver(home.visit(local(day, 10), plan))
    mail = await newest(office, sink, home)
    assert len(sink.messages(home.email)) == 2
    for told in ("вторник, 10 марта", "четверг, 12 марта", "вторник, 17 марта"):
        assert told in mail.text
    assert "у вас дома; логопед" in mail.text
    assert "время изменилось" not in mail.text


async def test_T4_a_visit_told_again_is_not_told_twice(office: Office, sink: MailSink) -> None:
    home, plan = await office.acquainted(), uuid4()
    event = home.visit(NOON, plan)
    await office.app.deliver(event)
    await newest(office, sink, home)
    await office.app.deliver(event)  # another sequence, the same content
    await office.app.deliver(event, sequence=1)
    await newest(office, sink, home)
    assert len(sink.messages(home.email)) == 2


async def test_T4_a_moved_visit_replaces_what_was_not_sent_and_is_marked_once_it_was(
    office: Office, sink: MailSink
) -> None:
    home, plan = await office.acquainted(), uuid4()
    event = home.visit(NOON, plan)
    await office.app.deliver(event)
    await office.app.deliver(home.visit(local(11, 15), plan, event.visit_id))
    mail = await newest(office, sink, home)
    assert "10 марта" not in mail.text
    assert "15:00–15:45" in mail.text
    assert "время изменилось" not in mail.text
    await office.app.deliver(event)
    mail = await newest(office, sink, home)
    assert "вторник, 10 марта 2026 года, 12:00–12:45 (время изменилось)" in mail.text
    assert len(sink.messages(home.email)) == 3


async def test_T5_a_postponed_visit_says_what_happens_next(office: Office, sink: MailSink) -> None:
    home, plan = await office.acquainted(), uuid4()
    stays, goes = home.visit(NOON, plan), home.visit(local(12, 12), plan)
    await office.app.deliver(stays)
    await office.app.deliver(goes)
    await newest(office, sink, home)
    await office.app.deliver(postponed(home, goes.visit_id))
    mail = await newest(office, sink, home)
    assert "четверг, 12 марта 2026 года, 12:00 (у вас дома), не состоится" in mail.text
    assert "Ребёнок болеет" in mail.text
    assert "до этого дня занятий не будет: вторник, 17 марта 2026 года" in mail.text
    assert "предложим вам новые дни" in mail.text


async def test_a_visit_postponed_before_its_letter_left_is_taken_out_of_it(office: Office, sink: MailSink) -> None:
    home, plan = await office.acquainted(), uuid4()
    stays, goes = home.visit(NOON, plan), home.visit(local(12, 12), plan)
    await office.app.deliver(stays)
    await office.app.deliver(goes)
    await office.app.deliver(postponed(home, goes.visit_id))
    await newest(office, sink, home)
    letters = {mail.subject: mail.text for mail in sink.messages(home.email)}
    assert "12 марта" not in letters["Когда придут специалисты"]
    assert "12 марта" in letters["Занятие переносится"]


async def test_a_reported_visit_is_not_reminded_of(office: Office) -> None:
    home = await office.acquainted()
    event = home.visit(NOON)
    await office.app.deliver(event)
    told = event.model_dump(include={"visit_id", "child_id", "case_id", "region", "programme_id", "mode"})
    await office.app.deliver(VisitReported(**told, outcome=VisitOutcome.PERFORMED, performed_at=office.app.clock.now()))
    office.app.clock.set(local(9, 12))
    assert await office.app.fire_timers() == 0


async def test_a_family_that_has_withdrawn_hears_nothing_more(office: Office, sink: MailSink) -> None:
    home = await office.acquainted()
    await office.app.deliver(home.booked(NOON))
    withdrawn = ApplicationWithdrawn(
        application_id=home.application_id, region=REGION, withdrawn_at=office.app.clock.now()
    )
    await office.app.deliver(withdrawn)
    office.app.clock.set(local(9, 12))
    await office.app.fire_timers()
    await office.send()
    assert len(sink.messages(home.email)) == 1


async def test_an_event_that_is_faster_than_the_family_waits_for_it(office: Office) -> None:
    home = Household.make()
    event = home.booked(NOON)
    assert await office.app.deliver(event) == "gap"  # given back to the bus, however often it takes
    await office.app.deliver(home.submitted(office.app.clock.now()))
    assert await office.app.deliver(event, sequence=1) is None
    assert [m.kind for m in await office.messages(home)][-1] is MessageKind.APPOINTMENT_BOOKED


async def test_a_newer_contact_of_the_personal_file_is_used(office: Office, sink: MailSink) -> None:
    home = await office.acquainted()
    address, programme = f"{uuid4().hex}@families.example", uuid4()
    contact = Contact(name="Пробная Анна Петровна", phone="+79000000002", email=address)
    where = place(ProgrammeApproved.fact_name(), "contact", programme)
    office.app.clock.advance(timedelta(hours=1))
    approved = ProgrammeApproved(
        programme_id=programme,
        case_id=home.child_id,
        child_id=home.child_id,
        region=REGION,
        territory=home.territory,
        kind=ProgrammeKind.IKSRA,
        programme_version=1,
        serving_organisation_id=CENTRE,
        coordinator_id=uuid4(),
        starts_on=date(2026, 3, 2),
        ends_on=date(2026, 4, 1),
        approved_at=office.app.clock.now(),
        lines=(),
        contact=seal(contact, home.representative.key, where),
    )
    await office.app.deliver(approved)
    await office.app.deliver(home.booked(NOON))
    await office.send()
    assert len(sink.messages(address)) == 1


async def test_a_letter_whose_time_has_passed_fails_instead_of_misleading(office: Office, sink: MailSink) -> None:
    home = await office.acquainted()
    await office.app.deliver(home.booked(NOON))
    office.app.clock.set(local(10, 12))
    await office.send()
    message = await office.newest(home)
    assert (message.state, message.reason_code) == (MessageState.FAILED, "too_late")
    assert len(sink.messages(home.email)) == 1
