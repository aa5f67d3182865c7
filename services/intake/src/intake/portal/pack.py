"""``portal.yaml``: what a region decides about its portal accounts (D0-13…D0-22)."""

from __future__ import annotations

from datetime import timedelta

from chassis.regions import PackModel, PackTerm
from contracts.identifiers import Code, Purpose
from pydantic import Field, model_validator

from intake.particulars.consents import ConsentText


class Word(PackModel):
    """An entry of a dictionary."""

    code: Code
    title: str
    title_en: str


class PortalTerms(PackModel):
    questionnaire: PackTerm
    """By when a consultant answers a questionnaire."""
    data_change: PackTerm
    """By when a consultant decides on a change of data (D0-17)."""


class PortalPack(PackModel):
    """Dictionaries, terms and texts of the portal. ``remind_days``: how long before a status document ends (D0-19)."""

    FILE = "portal"

    title: str
    terms: PortalTerms
    sexes: tuple[Word, ...] = Field(min_length=2)
    return_reasons: tuple[Word, ...] = Field(min_length=1)
    decline_reasons: tuple[Word, ...] = Field(min_length=1)
    consents: tuple[ConsentText, ...]
    remind_days: int = Field(30, ge=1, le=365)

    @model_validator(mode="after")
    def _both_purposes_need_consent(self) -> PortalPack:
        asked = {text.purpose for text in self.consents if text.required}
        if missing := {Purpose.CONTACT, Purpose.HEALTH} - asked:
            raise ValueError(f"required consents are missing: {', '.join(sorted(missing))} (D0-22, 152-FZ art. 9, 10)")
        return self

    def consent(self, purpose: Purpose) -> ConsentText | None:
        return next((text for text in self.consents if text.purpose is purpose), None)

    @property
    def reminder(self) -> timedelta:
        return timedelta(days=self.remind_days)
