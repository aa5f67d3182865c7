"""The public form of a region."""

from __future__ import annotations

from collections.abc import Iterable

from chassis.errors import not_found
from chassis.work import Unit
from contracts.identifiers import Purpose
from pydantic import BaseModel, ConfigDict

from intake.applications.pack import REQUIRED_FIELDS, ClientType, EntryPoint, IntakePack, ReturnReason, Trigger


class FormField(BaseModel):
    name: str
    title: str
    required: bool
    hint: str | None


class FormConsent(BaseModel):
    """A consent document to be shown in full; its version and hash come back with the application."""

    model_config = ConfigDict(from_attributes=True)

    purpose: Purpose
    version: str
    text_hash: str
    required: bool
    title: str
    text: str


class FormTerritory(BaseModel):
    code: str
    title: str


class ApplicationForm(BaseModel):
    """The public form, and the dictionaries of whoever answers it.

    ``client_types``: kinds of families the coordinator notes (D1-09); ``return_reasons``: why a service returns one.
    """

    region: str
    title: str
    intro: str
    triggers: list[FormTerritory]
    removed_barriers: list[str]
    first_appointment_documents: list[str]
    fields: list[FormField]
    consents: list[FormConsent]
    territories: list[FormTerritory]
    entry_points: list[FormTerritory]
    client_types: list[FormTerritory]
    return_reasons: list[FormTerritory]


def application_form(region_code: str, unit: Unit) -> ApplicationForm:
    """The public form of a region: fields, texts of the consents, territories (D2-13…D2-16); 404 for no region."""
    if region_code not in unit.packs.all(IntakePack):
        raise not_found()
    pack, region = unit.packs.all(IntakePack)[region_code], unit.regions[region_code]
    form = pack.form
    fields = [
        FormField(name=name, title=text.title, hint=text.hint, required=name in REQUIRED_FIELDS)
        for name, text in form.fields.items()
    ]
    return ApplicationForm(
        region=region_code,
        title=form.title,
        intro=form.intro,
        triggers=_choices(one for one in form.triggers if not one.by_doctor),
        removed_barriers=list(form.removed_barriers),
        first_appointment_documents=list(form.first_appointment_documents),
        fields=fields,
        consents=[FormConsent.model_validate(text) for text in pack.consents],
        territories=[FormTerritory(code=f"{region_code}/{t.code}", title=t.title) for t in region.territories],
        entry_points=_choices(pack.entry_points),
        client_types=_choices(pack.client_types),
        return_reasons=_choices(pack.return_reasons),
    )


def _choices(entries: Iterable[Trigger | EntryPoint | ClientType | ReturnReason]) -> list[FormTerritory]:
    return [FormTerritory(code=entry.code, title=entry.title) for entry in entries]
