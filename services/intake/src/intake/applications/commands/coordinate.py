"""What the coordinator does: take the family, call back, hand over to a service (D2-17, D2-18, D2-23)."""

from __future__ import annotations

from uuid import UUID

from chassis.errors import DomainError, Kind
from chassis.work import Unit
from contracts.access import Role
from contracts.identifiers import AgeBand, CallOutcome, Code
from pydantic import AwareDatetime, Field, model_validator

from intake.applications.commands.index_names import serve_tokens
from intake.applications.commands.submit import CALL_BACK_DUE
from intake.applications.model.application import Application
from intake.applications.model.deadlines import DeadlineKind
from intake.applications.model.papers import CallAttempt
from intake.applications.pack import IntakePack
from intake.applications.personal import Health, Words, opened, shut
from intake.directory.model.directory import Organisation, Principal
from intake.particulars.checks import CLOCK_SKEW
from intake.particulars.examples import ORGANISATION, PERSON, shown
from intake.particulars.requests import LongText, Strict, acting_person
from intake.terms import computed


class TakeApplication(Strict):
    """``instead_of``: the coordinator who has the family now, to take it over from him or her."""

    model_config = shown(instead_of=PERSON)

    instead_of: UUID | None = None


class AssignApplication(TakeApplication):
    """Who takes the family from now on; ``instead_of``: who has it now."""

    coordinator_id: UUID


class RecordCall(Strict):
    """A call back. A family that was reached has been heard (``need``) and told what early help is."""

    model_config = shown(
        outcome="reached",
        called_at="2026-03-02T11:20:00+03:00",
        need="Занятия с логопедом рядом с домом",
        explanation_given=True,
        gestation_weeks=31,
    )

    outcome: CallOutcome
    called_at: AwareDatetime | None = None
    need: LongText | None = None
    explanation_given: bool = False
    gestation_weeks: int | None = Field(None, ge=22, le=43)
    client_type: Code | None = None

    @model_validator(mode="after")
    def _reached_means_heard(self) -> RecordCall:
        if self.outcome is CallOutcome.REACHED and not (self.need and self.explanation_given):
            raise DomainError(
                "call_incomplete",
                Kind.INVALID,
                ru="Запишите потребность семьи и отметьте, что рассказали о ранней помощи.",
                en="Record the family's need and that early help was explained.",
                field="explanation_given" if self.need else "need",
            )
        return self


class HandOver(Strict):
    """The service the coordinator and the family have chosen."""

    model_config = shown(serving_organisation_id=ORGANISATION)

    serving_organisation_id: UUID


async def take_application(application_id: UUID, command: TakeApplication, unit: Unit) -> Application:
    """The coordinator becomes responsible for the family."""
    application = await unit.get(Application, application_id, "application:take", under=True)
    application.take(acting_person(unit), command.instead_of, unit.now)
    return application


async def assign(application_id: UUID, command: AssignApplication, unit: Unit) -> Application:
    """Give the family to a coordinator of its own centre."""
    application = await unit.get(Application, application_id, "application:assign", under=True)
    person = await unit.session.get(Principal, command.coordinator_id)
    if person is None or not person.active or Role.COORDINATOR not in person.roles:
        raise no_coordinator()
    if application.organisation_id not in person.organisation_ids:
        raise no_coordinator()
    application.take(person.id, command.instead_of, unit.now)
    return application


async def record_call(application_id: UUID, command: RecordCall, unit: Unit) -> Application:
    """Record a call; one that nobody answered keeps the deadline running."""
    application = await unit.get(Application, application_id, "application:call", under=True)
    called_at = command.called_at or unit.now
    if not application.submitted_at - CLOCK_SKEW <= called_at <= unit.now + CLOCK_SKEW:
        raise call_time_impossible()
    attempt = CallAttempt(
        id=unit.new_id(),
        application_id=application.id,
        outcome=command.outcome,
        called_at=called_at,
        called_by=acting_person(unit),
        explanation_given=command.explanation_given,
    )
    pack = unit.packs.of(IntakePack, application.region)
    if command.client_type is not None:
        application.client_type = known_client_type(command.client_type, pack)
    due = computed(pack.terms.first_appointment, called_at, unit.regions[application.region], application.territory)
    application.call(attempt, due)
    await _write_down(application, command, unit)
    if application.deadline(DeadlineKind.CALL_BACK).done_at:
        await unit.timers.cancel(CALL_BACK_DUE, application.id)
    return application


async def hand_over(application_id: UUID, command: HandOver, unit: Unit) -> Application:
    """Hand the application over to a service that suits the child."""
    application = await unit.get(Application, application_id, "application:hand_over", under=True)
    pack = unit.packs.of(IntakePack, application.region)
    service = await unit.session.get(Organisation, command.serving_organisation_id)
    if service is None or service.region != application.region or not suits(service, application.age_band, pack):
        raise not_a_service()
    due = computed(pack.terms.acceptance, unit.now, unit.regions[application.region], application.territory)
    application.hand_over(acting_person(unit), service.id, due, unit.now)
    await serve_tokens(application.id, service.id, unit)
    await unit.timers.cancel("release_returned", application.id)
    return application


def suits(service: Organisation, band: AgeBand, pack: IntakePack) -> bool:
    """Whether families of that age band may be handed over to the organisation."""
    return service.active and pack.nearest.serving_role in service.roles and band in service.bands


async def _write_down(application: Application, command: RecordCall, unit: Unit) -> None:
    """Add what the family said to its sealed records."""
    key = await unit.keys.get(application.child_id)
    if command.need:
        words = opened(application.words, Words, key, application.id)
        said = words.model_copy(update={"need": command.need})
        application.words = shut(said, key, application.id)
    if command.gestation_weeks:
        health = opened(application.health, Health, key, application.id)
        known = health.model_copy(update={"gestation_weeks": command.gestation_weeks})
        application.health = shut(known, key, application.id)


def no_coordinator() -> DomainError:
    return DomainError(
        "no_coordinator",
        Kind.INVALID,
        ru="Такого координатора в этой организации нет.",
        en="The organisation has no such coordinator.",
        field="coordinator_id",
    )


def known_client_type(code: str, pack: IntakePack) -> str:
    """A kind of family the pack counts (D1-09); ``client_type_unknown`` for another code."""
    known = [one.code for one in pack.client_types]
    if code not in known:
        raise DomainError(
            "client_type_unknown",
            Kind.INVALID,
            ru="Такой категории семей в регионе не считают.",
            en="The region does not count such a kind of family.",
            field="client_type",
            known=known,
        )
    return code


def call_time_impossible() -> DomainError:
    return DomainError(
        "call_time_impossible",
        Kind.INVALID,
        ru="Звонок не мог быть раньше заявки или в будущем.",
        en="The call cannot be earlier than the application or in the future.",
        field="called_at",
    )


def not_a_service() -> DomainError:
    return DomainError(
        "service_unsuitable",
        Kind.INVALID,
        ru="Эта организация не принимает детей такого возраста в этом регионе. Выберите службу из списка ближайших.",
        en="This organisation does not serve children of that age here. Choose one of the nearest services.",
        field="serving_organisation_id",
    )
