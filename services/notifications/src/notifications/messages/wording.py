"""Pure. What templates are given: everything as a person reads it, in the time of the place the family lives in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID
from zoneinfo import ZoneInfo

from contracts.identifiers import DeliveryMode, VisitOutcome
from workdays.wording import counted, day_month, full_date, weekday, zone_label

from notifications.pack import Organisation, Point, RegionPack

if TYPE_CHECKING:
    from notifications.messages.letter_data import Facts

_PATRONYMIC = re.compile(r"(вна|чна|вич|ьич|мич|оглы|кызы)$", re.IGNORECASE)
_PHONE = re.compile(r"\+7(\d{3})(\d{3})(\d{2})(\d{2})")


@dataclass(frozen=True, slots=True)
class Words:
    """Words for one letter to one family.

    Args:
        zone: the time zone of the family's territory.
        skills: codes of what each specialist can do.
        name: whom the letter is for, as given in the application.
        now: when it is written; a reminder held up overnight must not say "tomorrow".
    """

    pack: RegionPack
    zone: ZoneInfo
    skills: Mapping[UUID, Iterable[str]]
    name: str
    now: datetime
    said: str = ""
    """What staff have written to this person, where the letter carries it."""

    def variables(self, facts: Facts) -> dict[str, object]:
        """Everything the template of this kind may name."""
        return {"name": addressed(self.name), "centre": self.organisation(None), **facts.variables(self)}

    def day(self, moment: datetime | date) -> str:
        """«вторник, 10 марта 2026 года»."""
        day = moment.astimezone(self.zone).date() if isinstance(moment, datetime) else moment
        return f"{weekday(day, 'ru')}, {full_date(day, 'ru')}"

    def short_day(self, moment: datetime) -> str:
        """«10 марта», for subjects."""
        return day_month(moment.astimezone(self.zone).date(), "ru")

    def soon(self, moment: datetime) -> str:
        """«сегодня», «завтра», or the short day."""
        ahead = moment.astimezone(self.zone).date() - self.now.astimezone(self.zone).date()
        return {0: "сегодня", 1: "завтра"}.get(ahead.days, self.short_day(moment))

    def time(self, moment: datetime) -> str:
        """«10:30», with the zone where it is not Moscow's."""
        local = moment.astimezone(self.zone)
        label = zone_label(self.zone.key, local.date(), "ru")
        return f"{local:%H:%M}" + ("" if label == "МСК" else f" ({label})")

    def moment(self, moment: datetime) -> str:
        """«вторник, 10 марта 2026 года, 10:30»."""
        return f"{self.day(moment)}, {self.time(moment)}"

    def organisation(self, id: UUID | None) -> dict[str, str | None]:
        """Title, address and phone; the coordinating organisation's where ``id`` is None or not in the pack."""
        default = self.pack.organisations[self.pack.coordinating_id]
        found: Organisation = self.pack.organisations.get(id, default) if id else default
        return {"title": found.title, "address": found.address, "phone": phone(found.phone)}

    def point(self, id: UUID) -> dict[str, str | None]:
        """Title, address and phone of a point; bare words where the pack does not know it."""
        found = self.pack.points.get(id, Point("Пункт приёма", None, None))
        return {"title": found.title, "address": found.address, "phone": phone(found.phone)}

    def specialists(self, ids: Iterable[UUID]) -> str:
        """«логопед, психолог»: who comes, never by name."""
        codes = {code for id in ids for code in self.skills.get(id, ())}
        return ", ".join(sorted(self.pack.skills[code] for code in codes if code in self.pack.skills)) or "специалист"

    def mode(self, mode: DeliveryMode) -> str:
        """Where it takes place."""
        return self.pack.rules.modes[mode]

    def postponed(self, reason: VisitOutcome) -> str | None:
        """Why a visit is put off."""
        return self.pack.rules.postponed.get(reason)

    def services(self, count: int) -> str:
        """«3 услуги»."""
        return counted(count, "услуга", "услуги", "услуг")


def addressed(name: str) -> str:
    """Name and patronymic where the name is a full Russian one, else the name as given."""
    parts = name.split()
    return " ".join(parts[1:]) if len(parts) == 3 and _PATRONYMIC.search(parts[2]) else name


def phone(number: str | None) -> str | None:
    """«+7 495 000-01-01»."""
    match = _PHONE.fullmatch(number or "")
    return f"+7 {match[1]} {match[2]}-{match[3]}-{match[4]}" if match else number
