"""What a specialist has at hand (templates, scripts, the algorithm), and what families are shown (D1-25, D1-29)."""

from __future__ import annotations

from uuid import UUID

from chassis.errors import not_found
from chassis.work import Unit
from contracts.identifiers import EnquiryChannel
from pydantic import BaseModel
from workdays.wording import full_date

from intake.enquiries.model.enquiry import Enquiry
from intake.enquiries.pack import ContactPoint, EnquiriesPack, Entry
from intake.enquiries.packs import organisation_title


class TemplateView(BaseModel):
    """A template with its blanks filled in for this enquiry; the specialist goes on writing from there."""

    code: str
    title: str
    text: str


class ScriptView(BaseModel):
    code: str
    title: str
    steps: list[str]


class ScriptList(BaseModel):
    algorithm: list[str]
    scripts: list[ScriptView]


class Aids(ScriptList):
    templates: list[TemplateView]


class EntryView(BaseModel):
    code: str
    title: str


class ContactView(BaseModel):
    channel: EnquiryChannel
    title: str
    number: str | None
    extension: str | None
    address: str | None


class TerritoryEntry(BaseModel):
    code: str
    title: str


class EnquiryForm(BaseModel):
    """The public form: how to ask, that it is free, by when we answer, and the consent text."""

    region: str
    title: str
    intro: str
    free_of_charge: str
    principles: list[str]
    answer_within: str
    contacts: list[ContactView]
    themes: list[EntryView]
    help_kinds: list[EntryView]
    territories: list[TerritoryEntry]
    consent_version: str
    consent: str


def enquiry_form(region_code: str, unit: Unit) -> EnquiryForm:
    """How to ask in a region (D0-04, D1-01, D1-08, D1-10); 404 where no journal is kept."""
    if region_code not in unit.packs.all(EnquiriesPack):
        raise not_found()
    pack, region = unit.packs.all(EnquiriesPack)[region_code], unit.regions[region_code]
    form = pack.form
    return EnquiryForm(
        region=region_code,
        title=form.title,
        intro=form.intro,
        free_of_charge=form.free_of_charge,
        principles=list(form.principles),
        answer_within=pack.terms.answer.text("ru"),
        contacts=[ContactView(**point.model_dump()) for point in pack.contacts],
        themes=_entries(pack.themes),
        help_kinds=_entries(pack.help_kinds),
        territories=[TerritoryEntry(code=f"{region_code}/{t.code}", title=t.title) for t in region.territories],
        consent_version=form.consent_version,
        consent=form.consent,
    )


async def aids(enquiry_id: UUID, unit: Unit) -> Aids:
    """Templates and scripts that fit the enquiry's theme and channel."""
    enquiry = await unit.get(Enquiry, enquiry_id, "enquiry:serve")
    pack = unit.packs.of(EnquiriesPack, enquiry.region)
    blanks = _blanks(enquiry, pack, unit)
    return Aids(
        algorithm=list(pack.algorithm),
        templates=[
            TemplateView(code=t.code, title=t.title, text=t.text.format_map(blanks))
            for t in pack.templates
            if t.fits(enquiry.theme, enquiry.channel)
        ],
        scripts=_scripts(pack, enquiry.theme, enquiry.channel),
    )


def scripts_at_hand(region: str, channel: EnquiryChannel, theme: str | None, unit: Unit) -> ScriptList:
    """Before there is an entry: how to take a question that comes this way, whoever picks up (D1-29)."""
    pack = unit.packs.of(EnquiriesPack, region)
    return ScriptList(algorithm=list(pack.algorithm), scripts=_scripts(pack, theme, channel))


def _scripts(pack: EnquiriesPack, theme: str | None, channel: EnquiryChannel) -> list[ScriptView]:
    fitting = (script for script in pack.scripts if script.fits(theme, channel))
    return [ScriptView(code=one.code, title=one.title, steps=list(one.steps)) for one in fitting]


def _blanks(enquiry: Enquiry, pack: EnquiriesPack, unit: Unit) -> dict[str, str]:
    region = unit.regions[enquiry.region]
    due = enquiry.due_at.astimezone(region.zone_of(enquiry.territory.partition("/")[2] or None))
    phone = next((_dialled(point) for point in pack.contacts if point.number), "")
    return {
        "number": enquiry.registration,
        "due": full_date(due.date(), "ru"),
        "phone": phone,
        "organisation": organisation_title(unit.packs, enquiry.region, enquiry.organisation_id),
    }


def _dialled(point: ContactPoint) -> str:
    return f"{point.number}, доб. {point.extension}" if point.extension else point.number or ""


def _entries(entries: tuple[Entry, ...]) -> list[EntryView]:
    return [EntryView(code=entry.code, title=entry.title) for entry in entries]
