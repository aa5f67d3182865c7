"""What people read where a report counts by a code: words of the platform, and titles of the region's dictionaries."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from chassis.regions import load_packs
from contracts.identifiers import ApplicationSource, Code, ServiceGroup
from pydantic import BaseModel, ConfigDict

Titles = Mapping[str, Mapping[str, str]]
"""Column of a report → code → words."""

_SOURCES: Mapping[str, str] = {
    ApplicationSource.SITE: "Сайт",
    ApplicationSource.HEALTH_AGENCY: "Учреждение здравоохранения",
    ApplicationSource.ORGANISATION: "Организация",
    ApplicationSource.PHONE: "Телефон",
    ApplicationSource.BRIGADE: "Бригада на выезде",
}
_GROUPS: Mapping[str, str] = {
    ServiceGroup.SOCIAL_MEDICAL: "Социально-медицинские",
    ServiceGroup.PSYCHOLOGICAL_PEDAGOGICAL: "Психолого-педагогические",
    ServiceGroup.OTHER: "Прочие",
}


class _Entry(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    code: Code
    title: str


class _Intake(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    entry_points: tuple[_Entry, ...] = ()


class _Enquiries(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    themes: tuple[_Entry, ...] = ()


@lru_cache
def _dictionaries(folder: Path) -> tuple[Mapping[str, _Intake], Mapping[str, _Enquiries]]:
    return load_packs(folder, "intake", _Intake), load_packs(folder, "enquiries", _Enquiries)


def titles(folder: Path, region: str) -> Titles:
    """The words of one region; a code without a title is shown as it is."""
    intake, enquiries = _dictionaries(folder)
    known = {
        "entry_point": intake.get(region, _Intake()).entry_points,
        "theme": enquiries.get(region, _Enquiries()).themes,
    }
    own = {column: {one.code: one.title for one in entries} for column, entries in known.items()}
    return {"source": _SOURCES, "group": _GROUPS, **own}
