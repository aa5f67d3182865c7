"""Pure. Titles of codes that reports count by: words of the platform and of the region's dictionaries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from contracts.identifiers import ApplicationSource, ServiceGroup

from reporting.reports.pack import Entry
from reporting.reports.report import Titles

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


def titles(entry_points: Iterable[Entry], themes: Iterable[Entry]) -> Titles:
    """The words of the platform and of one region's dictionaries; a code without a title is shown as it is."""
    return {"source": _SOURCES, "group": _GROUPS, "entry_point": _by_code(entry_points), "theme": _by_code(themes)}


def _by_code(entries: Iterable[Entry]) -> Mapping[str, str]:
    return {entry.code: entry.title for entry in entries}
