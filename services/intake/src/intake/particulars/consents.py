"""Consent documents: the words a region shows and what a family gives."""

from __future__ import annotations

import hashlib
from datetime import datetime
from functools import cached_property
from typing import Protocol

from chassis.errors import DomainError, invalid
from chassis.regions import PackModel
from contracts.identifiers import Code, ConsentForm, Digest, Purpose
from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
)

from intake.particulars.checks import CLOCK_SKEW


class ConsentText(PackModel):
    """The consent document of one purpose; a family agrees to this very version of the text."""

    purpose: Purpose
    version: Code
    required: bool
    title: str
    text: str = Field(min_length=20)

    @cached_property
    def text_hash(self) -> str:
        """SHA-256 of the text, in hex: proves later which words were agreed to."""
        return hashlib.sha256(self.text.encode()).hexdigest()


class ConsentGiven(BaseModel):
    """The consent document of one purpose, exactly as it was shown (`GET /regions/{region}/application-form`)."""

    model_config = ConfigDict(extra="forbid")

    purpose: Purpose
    text_version: Code
    text_hash: Digest
    form: ConsentForm = ConsentForm.TICK
    given_at: AwareDatetime


class HasConsents(Protocol):
    """A pack with consent documents: of the form or of the portal."""

    def consent(self, purpose: Purpose) -> ConsentText | None: ...


def check_consent(consent: ConsentGiven, field: str, pack: HasConsents, staff: bool, now: datetime) -> None:
    """One consent document against the words of the pack."""
    text = pack.consent(consent.purpose)
    if text is None:
        raise invalid(
            "consent_unknown", f"{field}.purpose", "Такое согласие не нужно.", "No consent is asked for this purpose."
        )
    if (consent.text_version, consent.text_hash) != (text.version, text.text_hash):
        raise invalid(
            "consent_text_changed",
            f"{field}.text_hash",
            "Текст согласия изменился. Прочитайте новый текст и подтвердите его.",
            "The text of the consent has changed. Read and confirm the new one.",
            current_version=text.version,
        )
    if consent.form is not ConsentForm.TICK and not (staff and consent.form is ConsentForm.PAPER):
        raise invalid(
            "consent_form_not_allowed",
            f"{field}.form",
            "В открытой форме согласие дают отметкой.",
            "In the public form a consent is given by a tick.",
        )
    if consent.given_at > now + CLOCK_SKEW:
        raise invalid(
            "consent_in_future",
            f"{field}.given_at",
            "Время согласия не может быть в будущем.",
            "The consent cannot be given in the future.",
        )


def consent_missing(purpose: Purpose, pack: HasConsents) -> DomainError:
    """A purpose has no consent document; the problem names the purpose and where to read its text."""
    text = pack.consent(purpose)
    title = text.title if text else str(purpose)
    return invalid(
        "consent_missing",
        "consents",
        f"Нужно согласие: {title.lower()}.",
        f"A consent for the purpose {purpose} is needed.",
        purpose=str(purpose),
    )
