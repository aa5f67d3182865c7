"""The questionnaire a region asks families to fill in."""

from __future__ import annotations

from chassis.errors import not_found
from chassis.work import Unit
from pydantic import BaseModel

from intake.applications.queries.form import FormConsent, FormTerritory
from intake.portal.commands.fill_questionnaire import NEEDED
from intake.portal.pack import PortalPack, Word


class QuestionnaireForm(BaseModel):
    """The questionnaire of a region: its dictionaries, what must be filled in, and the consents to be shown in full.

    ``return_reasons`` and ``decline_reasons`` are the consultant's choices.
    """

    region: str
    title: str
    required: list[str]
    sexes: list[Word]
    districts: list[FormTerritory]
    consents: list[FormConsent]
    return_reasons: list[Word]
    decline_reasons: list[Word]


def questionnaire_form(region: str, unit: Unit) -> QuestionnaireForm:
    """Dictionaries, required fields and consents in full (D0-18); 404 for a region without the portal."""
    pack = unit.packs.find(PortalPack, region)
    if pack is None or region not in unit.regions:
        raise not_found()
    return QuestionnaireForm(
        region=region,
        title=pack.title,
        required=[*NEEDED, "consents"],
        sexes=list(pack.sexes),
        districts=[FormTerritory(code=f"{region}/{t.code}", title=t.title) for t in unit.regions[region].territories],
        consents=[FormConsent.model_validate(text) for text in pack.consents],
        return_reasons=list(pack.return_reasons),
        decline_reasons=list(pack.decline_reasons),
    )
