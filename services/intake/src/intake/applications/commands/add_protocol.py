"""What a doctor or staff adds to an application: the protocol of announcing the diagnosis, the family's territories."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from chassis.errors import DomainError, Kind
from chassis.work import Unit
from contracts.identifiers import Code

from intake.applications.commands import pass_time
from intake.applications.model.application import Application
from intake.applications.model.papers import Attachment, AttachmentKind
from intake.applications.pack import IntakePack
from intake.applications.personal import Health, opened, shut
from intake.particulars.checks import known_territory
from intake.particulars.examples import REGION, TERRITORY, shown
from intake.particulars.requests import Strict


class SetTerritories(Strict):
    """Where the family lives, and the territory that answers for it (T15)."""

    model_config = shown(residence=TERRITORY, responsible=REGION)

    residence: Code
    responsible: Code


async def attach_protocol(
    application_id: UUID, content: bytes, name: str | None, declared: str | None, announced_on: date | None, unit: Unit
) -> Attachment:
    """Keep the joint protocol with the application (D2-08); closed until a written consent for health stands."""
    application = await unit.get(Application, application_id, "application:attach_protocol", under=True)
    if announced_on and announced_on > unit.now.date() + timedelta(days=1):
        raise announced_in_future()
    blob = await unit.blobs.put(application.child_id, content, name=name, declared=declared)
    attachment = Attachment(
        blob_id=blob.id,
        application_id=application.id,
        kind=AttachmentKind.DIAGNOSIS_PROTOCOL,
        media_type=blob.media_type,
        size=blob.size,
        attached_at=unit.now,
    )
    application.attach_protocol(attachment)
    if announced_on:
        key = await unit.keys.get(application.child_id)
        health = opened(application.health, Health, key, application.id)
        application.health = shut(health.model_copy(update={"announced_on": announced_on}), key, application.id)
    return attachment


async def set_territories(application_id: UUID, command: SetTerritories, unit: Unit) -> Application:
    """Residence and responsibility are two territories; running deadlines follow the responsible one (T12, T15)."""
    application = await unit.get(Application, application_id, "application:set_territories", under=True)
    region, terms = unit.regions[application.region], unit.packs.of(IntakePack, application.region).terms
    residence = known_territory(command.residence, region)
    responsible = known_territory(command.responsible, region)
    if application.set_territories(residence, responsible, unit.now):
        await pass_time.recompute_all(application, region, terms, "territory", unit)
    return application


def announced_in_future() -> DomainError:
    return DomainError(
        "announced_in_future",
        Kind.INVALID,
        ru="Диагноз не мог быть объявлен в будущем.",
        en="The diagnosis cannot be announced in the future.",
        field="announced_on",
    )
