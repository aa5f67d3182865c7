"""``portal.yaml``: what a region decides about its portal accounts (D0-13…D0-22)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Annotated

from chassis.regions import PackModel, PackTerm, load_packs
from chassis.work import Runtime
from contracts.identifiers import Code, Purpose
from fastapi import Depends, Request
from pydantic import Field, model_validator

from intake.deployment import region_unknown
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


Portals = Mapping[str, PortalPack]


@lru_cache
def _packs(folder: Path) -> Portals:
    return load_packs(folder, "portal", PortalPack)


def portals(runtime: Runtime) -> Portals:
    """The regions with a portal; read once. Raises `chassis.regions.BrokenPackError`."""
    return _packs(runtime.settings.regions_dir)


def portal_of(packs: Portals, region: str) -> PortalPack:
    """The portal of a region; ``region_unknown`` where there is none."""
    try:
        return packs[region]
    except KeyError:
        raise region_unknown() from None


def _of_request(request: Request) -> Portals:
    return portals(request.app.state.runtime)


PortalsDep = Annotated[Portals, Depends(_of_request)]
