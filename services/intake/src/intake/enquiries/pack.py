"""``enquiries.yaml``: what a region decides about its journal: dictionaries, terms, competence, words at hand."""

from __future__ import annotations

from collections.abc import Iterable
from string import Formatter

from chassis.regions import PackModel, PackTerm
from contracts.identifiers import Code, EnquiryChannel
from pydantic import Field, field_validator, model_validator

BLANKS = frozenset({"number", "due", "phone", "organisation"})
"""What an answer template may leave to be filled in."""


class Entry(PackModel):
    """An entry of a dictionary."""

    code: Code
    title: str


class Journal(PackModel):
    """One journal: of an organisation, for some territories (none named: for all)."""

    organisation: Code
    number_prefix: str = Field(pattern=r"^[A-ZА-Я]{1,6}$")
    title: str
    territories: frozenset[Code] = frozenset()


class ContactPoint(PackModel):
    """A way to ask, as families are shown it; a telephone may have an extension (D0-04)."""

    channel: EnquiryChannel
    title: str
    number: str | None = None
    extension: str | None = Field(None, pattern=r"^\d{1,6}$")
    address: str | None = None

    @model_validator(mode="after")
    def _leads_somewhere(self) -> ContactPoint:
        if not (self.number or self.address) or (self.extension and not self.number):
            raise ValueError("a contact point needs a number or an address; an extension needs a number")
        return self


class Terms(PackModel):
    """``answer``: the upper end of the 1-2 working days; ``complaint``: by the law on appeals (59-FZ art. 12) [K]."""

    answer: PackTerm
    complaint: PackTerm


class Competence(PackModel):
    """What a member of staff answers and where; nothing named means everything."""

    login: str
    themes: frozenset[Code] = frozenset()
    help_kinds: frozenset[Code] = frozenset()
    territories: frozenset[Code] = frozenset()


class Aid(PackModel):
    """Something at the specialist's hand. Without themes and channels it fits every enquiry."""

    code: Code
    title: str
    themes: frozenset[Code] = frozenset()
    channels: frozenset[EnquiryChannel] = frozenset()

    def fits(self, theme: str | None, channel: EnquiryChannel) -> bool:
        """Whether it is for such a question, asked that way."""
        return (not self.themes or theme in self.themes) and (not self.channels or channel in self.channels)


class AnswerTemplate(Aid):
    """Words to start an answer with (D1-25)."""

    text: str = Field(min_length=20)

    @field_validator("text")
    @classmethod
    def _known_blanks(cls, text: str) -> str:
        named = {name for _, name, _, _ in Formatter().parse(text) if name is not None}
        if unknown := named - BLANKS:
            raise ValueError(f"blanks nobody fills in: {', '.join(sorted(unknown))}")
        return text


class Script(Aid):
    """How to go through such an enquiry, step by step (D1-29)."""

    steps: tuple[str, ...] = Field(min_length=1)


class FormTexts(PackModel):
    title: str
    intro: str
    free_of_charge: str
    """That nothing is to be paid (D1-01)."""
    principles: tuple[str, ...] = Field(min_length=1)
    """Accessibility, confidentiality, voluntariness, qualified help (D1-08)."""
    consent_version: Code
    consent: str = Field(min_length=20)


class EnquiriesPack(PackModel):
    FILE = "enquiries"

    journals: tuple[Journal, ...] = Field(min_length=1)
    contacts: tuple[ContactPoint, ...] = Field(min_length=1)
    terms: Terms
    themes: tuple[Entry, ...] = Field(min_length=1)
    help_kinds: tuple[Entry, ...] = Field(min_length=1)
    statuses: dict[str, str]
    competence: tuple[Competence, ...] = Field(min_length=1)
    algorithm: tuple[str, ...] = Field(min_length=5, max_length=5)
    """The five steps in the pack's own words (D1-20, D1-29)."""
    templates: tuple[AnswerTemplate, ...]
    scripts: tuple[Script, ...]
    form: FormTexts

    @model_validator(mode="after")
    def _codes_are_known(self) -> EnquiriesPack:
        parts: Iterable[Competence | AnswerTemplate | Script] = (*self.competence, *self.templates, *self.scripts)
        for part in parts:
            if unknown := part.themes - {theme.code for theme in self.themes}:
                raise ValueError(f"no theme {', '.join(sorted(unknown))}")
        if set(self.statuses) != {"sop", "tzhs"}:
            raise ValueError("statuses: titles for sop and tzhs")
        return self

    @model_validator(mode="after")
    def _each_way_to_ask_has_a_script(self) -> EnquiriesPack:
        common = [script for script in self.scripts if not script.themes]
        if missing := [way for way in EnquiryChannel if not any(script.fits(None, way) for script in common)]:
            raise ValueError(f"scripts: none for every question by {', '.join(missing)} (D1-29)")
        return self

    @model_validator(mode="after")
    def _one_journal_answers_for_all(self) -> EnquiriesPack:
        if all(journal.territories for journal in self.journals):
            raise ValueError("journals: one must be for all territories")
        return self

    def theme(self, code: str | None) -> Entry | None:
        return next((theme for theme in self.themes if theme.code == code), None)

    def help_kind(self, code: str | None) -> Entry | None:
        return next((kind for kind in self.help_kinds if kind.code == code), None)

    def journal_for(self, territory: str) -> Journal:
        """The journal of a territory: its own, else the one for all."""
        own = (journal for journal in self.journals if territory in journal.territories)
        return next(own, next(journal for journal in self.journals if not journal.territories))
