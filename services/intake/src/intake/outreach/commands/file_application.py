"""From outreach to an application: what was agreed goes on by the existing path (D3-17)."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from chassis.regions import Packs
from chassis.work import Unit
from contracts.identifiers import ApplicationSource, FindingWay
from pydantic import Field
from sqlalchemy import any_, select

from intake.applications.commands.form import SubmitApplication
from intake.applications.commands.submit import KnownFamily, Submitted, submit_application
from intake.applications.pack import IntakePack
from intake.directory.model.directory import Organisation
from intake.directory.pack import OrganisationRole
from intake.finding.family import FoundChild, FoundFamily, FoundWords, opened
from intake.outreach.commands.climb_ladder import working
from intake.outreach.model.outreach import Outreach
from intake.particulars.consents import ConsentGiven
from intake.particulars.examples import CONSENT, shown
from intake.particulars.requests import LongText, Strict

SOURCES = {
    FindingWay.HEALTH_INSTITUTION: ApplicationSource.HEALTH_AGENCY,
    FindingWay.BRIGADE: ApplicationSource.BRIGADE,
}
"""Everything else an organisation told of; the entry point keeps the way itself (D3-14)."""


class FileApplication(Strict):
    """The consents the family gave, in the words of the pack, and what the finding did not say.

    ``registered_in_region`` is asked of the family here too: no finding tells it (D2-16).
    """

    model_config = shown(consents=[CONSENT], registered_in_region=True, phone="+7 905 000-55-66")

    consents: list[ConsentGiven] = Field(max_length=10)
    phone: str | None = Field(None, min_length=5, max_length=40)
    registered_in_region: bool
    comment: LongText | None = None


async def file_application(outreach_id: UUID, command: FileApplication, unit: Unit) -> tuple[Outreach, Submitted]:
    """File the family's application from what is known of it; outreach ends here."""
    outreach = await working(outreach_id, unit)
    child_key = await unit.keys.get(outreach.child_id)
    child = opened(outreach.child, FoundChild, child_key)
    family = opened(outreach.family, FoundFamily, await unit.keys.get(outreach.representative_id))
    words = opened(outreach.words, FoundWords, child_key)
    form = _form(outreach, command, child, family, words, unit.packs)
    known = KnownFamily(outreach.child_id, outreach.representative_id, await _coordinating(outreach, unit))
    submitted = await submit_application(form, unit, known)
    outreach.lead(submitted.id, unit.now)
    return outreach, submitted


async def _coordinating(outreach: Outreach, unit: Unit) -> UUID | None:
    """The operator itself where it coordinates families, else who does so in the territory; None: the pack says."""
    coordinates = Organisation.active & (any_(Organisation.roles) == OrganisationRole.COORDINATING.value)
    itself = Organisation.id == outreach.organisation_id
    here = any_(Organisation.serves) == outreach.territory
    candidates = select(Organisation.id).where(coordinates, itself | here).order_by(itself.desc(), Organisation.code)
    found: UUID | None = await unit.session.scalar(candidates.limit(1))
    return found


def _form(
    outreach: Outreach,
    command: FileApplication,
    child: FoundChild,
    family: FoundFamily,
    words: FoundWords,
    packs: Packs,
) -> SubmitApplication:
    doors = {point.code for point in packs.of(IntakePack, outreach.region).entry_points}
    told: dict[str, Any] = {
        "region": outreach.region,
        "territory": outreach.territory,
        "representative_name": family.name,
        "child_name": child.name,
        "phone": command.phone or family.phone,
        "birth_date": _day(child.birth_date),
        "email": family.email,
        "registered_in_region": command.registered_in_region,
        "actual_address": family.address,
        "comment": command.comment or words.need,
        "consents": [consent.model_dump(mode="json") for consent in command.consents],
        "entry_point": outreach.way.value if outreach.way.value in doors else None,
        "source": SOURCES.get(outreach.way, ApplicationSource.ORGANISATION),
    }
    return SubmitApplication.model_validate({name: value for name, value in told.items() if value is not None})


def _day(day: date) -> str:
    return day.isoformat()
