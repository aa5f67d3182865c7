"""What can be asked about applications."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, TypeVar
from uuid import UUID

from chassis.errors import DomainError, Kind, forbidden, not_found
from chassis.http import Order, Page, PageQuery, paginate
from chassis.http.periods import Since, Until, within
from chassis.privacy.blobs import Blob
from chassis.work import Unit
from contracts.access import GROUND, FieldGroup
from contracts.identifiers import AgeBand, ApplicationSource, Purpose
from pydantic import BaseModel, Field
from sqlalchemy import select

from intake.acting import drop_token
from intake.applications.commands.attach_and_withdraw import own_application
from intake.applications.model.application import Application
from intake.applications.model.papers import Attachment, CallAttempt, ConsentDocument
from intake.applications.pack import IntakePack
from intake.applications.personal import Child, Health, Home, Representative, Words, opened
from intake.applications.queries.cards import (
    STATE_TITLES,
    WITHOUT_SEALED,
    ApplicationCard,
    ApplicationContact,
    ApplicationLine,
    ApplicationSocial,
    CallView,
    ConsentView,
    DeadlineView,
    FileView,
    HealthFields,
    StatusView,
    line,
    named,
    next_step,
)
from intake.applications.queries.duplicates import duplicates_of
from intake.applications.queries.search import found_by_name
from intake.applications.states import ALLOWED, ApplicationState
from intake.directory.queries.names import Names, names_of

R = TypeVar("R", ConsentDocument, CallAttempt, Attachment)
_column = Application.__table__.c
ORDER = Order(
    {name: _column[name] for name in ("due_at", "submitted_at", "number", "state", "territory")},
    _column["id"],
    "due_at",
)


class Filter(BaseModel):
    """Which applications a list shows."""

    region: str | None = None
    territory: str | None = None
    state: ApplicationState | None = None
    source: ApplicationSource | None = None
    age_band: AgeBand | None = None
    number: str | None = None
    client_type: str | None = None
    name: Annotated[str | None, Field(min_length=2, max_length=200)] = None
    """Of the child or the representative, in any spelling."""
    mine: bool = False
    unassigned: bool = False
    submitted_since: Since = None
    submitted_until: Until = None
    due_since: Since = None
    due_until: Until = None


async def applications(wanted: Filter, page: PageQuery, unit: Unit) -> Page[ApplicationLine]:
    """The applications the actor may see; row security decides which those are."""
    await drop_token(unit.session)
    statement = select(Application).where(unit.policy.reach(unit.actor, "application:read", Application))
    for name in ("region", "territory", "state", "source", "age_band", "number", "client_type"):
        if (value := getattr(wanted, name)) is not None:
            statement = statement.where(getattr(Application, name) == value)
    if wanted.mine:
        statement = statement.where(Application.coordinator_id == unit.actor.id)
    if wanted.unassigned:
        statement = statement.where(Application.coordinator_id.is_(None))
    if wanted.name:
        statement = statement.where(Application.id.in_(await found_by_name(wanted.name, unit)))
    statement = statement.where(
        *within(Application.submitted_at, wanted.submitted_since, wanted.submitted_until),
        *within(Application.due_at, wanted.due_since, wanted.due_until),
    )
    rows, cursor, total = await paginate(unit.session, statement.options(*WITHOUT_SEALED), page, ORDER)
    names = await names_of((id for row in rows for id in named(row[0])), unit)
    items = [ApplicationLine(**line(row[0], names, unit.now)) for row in rows]
    return Page(items=items, next_cursor=cursor, total=total)


async def application_card(application_id: UUID, unit: Unit) -> ApplicationCard:
    """Everything the actor may see of one application; the reading is recorded."""
    application = await unit.get(Application, application_id, "application:read")
    return await card(application, unit)


async def card(application: Application, unit: Unit) -> ApplicationCard:
    """The card of an application that was loaded for the actor; health only where a written consent stands."""
    await unit.session.flush()
    groups = unit.policy.visible_groups(unit.actor, "application", application, application.grounds)
    granted = unit.policy.visible_groups(unit.actor, "application", application, frozenset(GROUND.values()))
    await unit.audit.read("application", application.child_id, groups, Purpose.CONTACT, subject_id=application.id)
    own = application.id
    calls = await _all(CallAttempt, own, unit)
    names = await names_of([*named(application), *(call.called_by for call in calls)], unit)
    return ApplicationCard(
        **line(application, names, unit.now),
        child_id=application.child_id,
        representative_id=application.representative_id,
        organisation_id=application.organisation_id,
        organisation_title=names.of(application.organisation_id),
        registered_in_region=application.registered_in_region,
        return_reason=application.return_reason,
        appointment_at=application.appointment_at,
        protocol_due_at=application.protocol_due_at,
        duplicates=await duplicates_of(application.id, unit),
        consents=[
            ConsentView.model_validate(row, from_attributes=True) for row in await _all(ConsentDocument, own, unit)
        ],
        calls=[_call(row, names) for row in calls],
        contact=await _contact(application, unit) if FieldGroup.CONTACT in groups else None,
        social=await _social(application, unit) if FieldGroup.SOCIAL in groups else None,
        health=await _health(application, unit) if FieldGroup.HEALTH in groups else None,
        withheld=sorted(granted - groups),
    )


def _call(row: CallAttempt, names: Names) -> CallView:
    return CallView(
        outcome=row.outcome,
        called_at=row.called_at,
        called_by=row.called_by,
        called_by_name=names.of(row.called_by),
        explanation_given=row.explanation_given,
    )


async def _contact(application: Application, unit: Unit) -> ApplicationContact:
    own, child_key = application.id, await unit.keys.get(application.child_id)
    representative_key = await unit.keys.get(application.representative_id)
    representative = opened(application.representative, Representative, representative_key, own)
    child = opened(application.child, Child, child_key, own)
    home = opened(application.home, Home, child_key, own)
    return ApplicationContact(
        representative_name=representative.name,
        phone=representative.phone,
        email=representative.email,
        child_name=child.name,
        birth_date=child.birth_date,
        actual_address=home.address,
        latitude=home.latitude,
        longitude=home.longitude,
    )


async def _social(application: Application, unit: Unit) -> ApplicationSocial:
    key = await unit.keys.get(application.child_id)
    return ApplicationSocial(**opened(application.words, Words, key, application.id).model_dump())


async def _health(application: Application, unit: Unit) -> HealthFields:
    key = await unit.keys.get(application.child_id)
    health = opened(application.health, Health, key, application.id)
    return HealthFields(**health.model_dump(), files=await files(application.id, unit))


async def files(application_id: UUID, unit: Unit) -> list[FileView]:
    """What is known of the family's files without opening them."""
    rows = await _all(Attachment, application_id, unit)
    return [FileView.of(row) for row in rows]


async def open_file(application_id: UUID, file_id: UUID, unit: Unit) -> tuple[Blob, bytes]:
    """A file of the family, opened for a reader the health group is shown to; the reading is recorded.

    Raises `DomainError`: ``consent_missing`` (403) while no written consent for the purpose health stands.
    """
    application = await unit.get(Application, application_id, "application:read")
    groups = unit.policy.visible_groups(unit.actor, "application", application, application.grounds)
    granted = unit.policy.visible_groups(unit.actor, "application", application, frozenset(GROUND.values()))
    if FieldGroup.HEALTH not in granted:
        raise forbidden()
    if FieldGroup.HEALTH not in groups:
        raise consent_stands_not()
    if file_id not in [file.id for file in await files(application.id, unit)]:
        raise not_found()
    read = {FieldGroup.HEALTH}
    await unit.audit.read("application", application.child_id, read, Purpose.HEALTH, subject_id=application.id)
    return await unit.blobs.open(file_id)


def consent_stands_not() -> DomainError:
    return DomainError(
        "consent_missing",
        Kind.FORBIDDEN,
        ru="Файл откроется после письменного согласия семьи на обработку сведений о здоровье.",
        en="The file opens once a written consent for health data stands.",
        purpose=str(Purpose.HEALTH),
    )


async def status(unit: Unit) -> StatusView:
    """The application of the request's token, in plain words (D0-38)."""
    application = await unit.session.get_one(Application, await own_application(unit))
    unit.policy.require(unit.actor, "application:status", application)
    state, running = application.state, application.running()
    zone = unit.regions[application.region].zone_of(application.territory.rpartition("/")[2])
    return StatusView(
        number=application.number,
        state=state,
        state_title=STATE_TITLES[state],
        submitted_at=application.submitted_at,
        time_zone=zone.key,
        next_step=next_step(application, unit.packs.of(IntakePack, application.region), zone),
        appointment_at=application.appointment_at,
        deadlines=[DeadlineView.of(row, unit.now) for row in running],
        files=await files(application.id, unit),
        can_withdraw=state in ALLOWED["withdraw"],
        can_attach=state in ALLOWED["attach"],
        low_vision=application.low_vision,
    )


async def _all(model: type[R], application_id: UUID, unit: Unit) -> Sequence[R]:
    return (await unit.session.scalars(select(model).where(model.application_id == application_id))).all()
