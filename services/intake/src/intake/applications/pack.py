"""``intake.yaml``: what a region decides about its applications."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from chassis.regions import PackModel, PackTerm
from contracts.identifiers import AgeBand, Code, Purpose
from pydantic import Field, model_validator

from intake.particulars.ages import BandLimit
from intake.particulars.consents import ConsentText

FieldName = Literal[
    "representative_name",
    "child_name",
    "phone",
    "birth_date",
    "email",
    "registered_in_region",
    "diagnosis",
    "actual_address",
    "comment",
    "files",
    "consents",
]
"""The eleven fields of D2-16."""

REQUIRED_FIELDS: frozenset[FieldName] = frozenset(
    {"representative_name", "child_name", "phone", "birth_date", "registered_in_region", "consents"}
)


class Redirect(PackModel):
    """The right service for an age band this one does not serve."""

    bands: frozenset[AgeBand]
    title: str
    advice: str
    advice_en: str
    phone: str
    organisation: Code | None = None


class ReturnReason(PackModel):
    """Why a service may return an application."""

    code: Code
    title: str
    title_en: str


class EntryPoint(PackModel):
    """Through which door the family came; kept for statistics (D2-12, D3-12)."""

    code: Code
    title: str


class Trigger(PackModel):
    """When help is needed (D2-14, D2-35). ``by_doctor``: found by a doctor, so the public form does not tell it."""

    code: Code
    title: str
    by_doctor: bool = False


class ClientType(PackModel):
    """A kind of family the region counts, such as rural families (D1-09)."""

    code: Code
    title: str


class Terms(PackModel):
    call_back: PackTerm
    acceptance: PackTerm
    first_appointment: PackTerm
    protocol: PackTerm | None = None
    """By when a protocol of announcing the diagnosis follows an application (D2-08); None where none is written."""

    @property
    def kept(self) -> Sequence[PackTerm]:
        """The terms whose ends are kept with an application."""
        own = (self.call_back, self.acceptance, self.first_appointment)
        return (*own, self.protocol) if self.protocol else own


class NearestRule(PackModel):
    """How distance and load are weighed: one open case counts as so many kilometres (D2-30)."""

    serving_role: str
    km_per_open_case: float = Field(ge=0)


class FieldText(PackModel):
    title: str
    hint: str | None = None


class FormTexts(PackModel):
    title: str
    intro: str
    triggers: tuple[Trigger, ...] = Field(min_length=1)
    removed_barriers: tuple[str, ...]
    """What a family does not have to bring or do (D2-15)."""
    first_appointment_documents: tuple[str, ...]
    fields: dict[FieldName, FieldText]


class IntakePack(PackModel):
    FILE = "intake"

    number_prefix: str = Field(pattern=r"^[A-ZА-Я]{1,6}$")
    coordinating_organisation: Code
    terms: Terms
    age_bands: tuple[BandLimit, ...] = Field(min_length=1)
    serves: frozenset[AgeBand] = Field(min_length=1)
    redirects: tuple[Redirect, ...]
    consents: tuple[ConsentText, ...]
    return_reasons: tuple[ReturnReason, ...] = Field(min_length=1)
    entry_points: tuple[EntryPoint, ...]
    client_types: tuple[ClientType, ...] = ()
    nearest: NearestRule
    form: FormTexts

    @model_validator(mode="after")
    def _every_band_has_an_answer(self) -> IntakePack:
        answered = self.serves.union(*(redirect.bands for redirect in self.redirects))
        if missing := {limit.band for limit in self.age_bands} - answered:
            raise ValueError(f"no service and no redirect for {', '.join(sorted(missing))}")
        if self.age_bands[-1].years is not None:
            raise ValueError("the last age band must have no end")
        return self

    @model_validator(mode="after")
    def _contact_needs_consent(self) -> IntakePack:
        if not any(text.purpose is Purpose.CONTACT and text.required for text in self.consents):
            raise ValueError("a required consent for the purpose contact is missing (152-FZ art. 9)")
        return self

    @model_validator(mode="after")
    def _form_is_whole(self) -> IntakePack:
        if missing := set(FieldName.__args__) - set(self.form.fields):  # type: ignore[attr-defined]
            raise ValueError(f"the form lacks {', '.join(sorted(missing))} (D2-16)")
        return self

    def redirect(self, band: AgeBand) -> Redirect:
        """Where a family of that age band is shown to."""
        return next(redirect for redirect in self.redirects if band in redirect.bands)

    def trigger(self, code: str) -> Trigger | None:
        return next((trigger for trigger in self.form.triggers if trigger.code == code), None)

    def return_reason(self, code: str) -> ReturnReason | None:
        return next((reason for reason in self.return_reasons if reason.code == code), None)

    def consent(self, purpose: Purpose) -> ConsentText | None:
        return next((text for text in self.consents if text.purpose is purpose), None)
