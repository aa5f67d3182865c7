"""What the service does: accept the family, or return it with a reason (D2-23)."""

from __future__ import annotations

from uuid import UUID

from chassis.errors import DomainError, Kind
from chassis.work import Unit
from contracts.identifiers import Code
from contracts.intake import ApplicationAccepted
from contracts.personal import ChildData, FileOpening, RepresentativeData
from contracts.sealed import Sealed, place, seal

from intake.applications.model.application import Application
from intake.applications.pack import IntakePack
from intake.applications.personal import Child, Health, Home, Representative, Words, opened
from intake.particulars.examples import shown
from intake.particulars.requests import Strict

RELEASE_RETURNED = "release_returned"


class ReturnApplication(Strict):
    """``reason_code``: one of the pack's return reasons."""

    model_config = shown(reason_code="no_capacity")

    reason_code: Code


async def accept_application(application_id: UUID, unit: Unit) -> Application:
    """The service accepts; the case file opens with what the family told, sealed under the child's key."""
    application = await unit.get(Application, application_id, "application:accept", under=True)
    application.accept(await _opening(application, unit), unit.now)
    return application


async def return_application(application_id: UUID, command: ReturnApplication, unit: Unit) -> Application:
    """The service returns the application to its coordinator."""
    application = await unit.get(Application, application_id, "application:return", under=True)
    pack = unit.packs.of(IntakePack, application.region)
    if pack.return_reason(command.reason_code) is None:
        raise reason_unknown([reason.code for reason in pack.return_reasons])
    application.return_to_coordinator(command.reason_code, unit.now)
    # Row security lets the service change only rows that stay its own, so the worker takes the family from its sight.
    await unit.timers.set(RELEASE_RETURNED, application.id, unit.now)
    return application


async def _opening(application: Application, unit: Unit) -> Sealed[FileOpening]:
    own, child_key = application.id, await unit.keys.get(application.child_id)
    representative_key = await unit.keys.get(application.representative_id)
    representative = opened(application.representative, Representative, representative_key, own)
    child = opened(application.child, Child, child_key, own)
    home = opened(application.home, Home, child_key, own)
    health = opened(application.health, Health, child_key, own)
    words = opened(application.words, Words, child_key, own)
    born = ChildData(id=application.child_id, **child.model_dump(), gestation_weeks=health.gestation_weeks)
    opening = FileOpening(
        child=born,
        representative=RepresentativeData(id=application.representative_id, **representative.model_dump()),
        **home.model_dump(),
        diagnosis=health.diagnosis,
        need=words.need,
    )
    return seal(opening, child_key, place(ApplicationAccepted.fact_name(), "opening", own))


def reason_unknown(known: list[str]) -> DomainError:
    return DomainError(
        "return_reason_unknown",
        Kind.INVALID,
        ru="Выберите причину возврата из списка.",
        en="Choose a reason of the list.",
        field="reason_code",
        known=known,
    )
