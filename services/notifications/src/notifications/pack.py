"""What a region decides about its messages: ``notifications.yaml``, the letter templates, and the names of places."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time, timedelta
from typing import Annotated
from uuid import UUID

from chassis.regions import BrokenPackError, PackModel, Packs, Region, load_regions
from contracts.identifiers import Code, DeliveryMode, VisitOutcome, named_id
from pydantic import ConfigDict, Field, model_validator

from notifications.kinds import MessageKind, Term
from notifications.quiet import QuietHours
from notifications.templates.library import Library

SHARED = "platform"
"""The folder whose templates a pack falls back to where it has no wording of its own."""


class Bring(PackModel):
    """What the family is asked to bring (D2-20)."""

    first_appointment: tuple[str, ...] = Field(min_length=1)
    trip: tuple[str, ...] = ()


class EscalationRules(PackModel):
    """When a term that was not met becomes somebody else's business too (D2-17).

    ``warn_minutes`` before the due time whoever must act is warned, ``overdue_minutes`` after it the managers are.
    ``warn_minutes_of``: the same of single terms; a week wants to be warned of earlier than a working day.
    """

    warn_minutes: int = Field(ge=1, le=24 * 60)
    warn_minutes_of: Mapping[Term, Annotated[int, Field(ge=1, le=14 * 24 * 60)]] = {}
    overdue_minutes: int = Field(0, ge=0, le=24 * 60)

    def warned_before(self, term: Term) -> timedelta:
        """How long before its due time a term is warned of."""
        return timedelta(minutes=self.warn_minutes_of.get(term, self.warn_minutes))


class NotificationsPack(PackModel):
    """The whole file."""

    FILE = "notifications"
    MISSING = ("Такого региона здесь нет.", "This deployment has no such region.")

    sender: str
    coordinating_organisation: Code
    quiet_hours: QuietHours
    not_quiet: frozenset[MessageKind] = frozenset()
    """Messages that are sent at night too: answers to what the family has just done itself."""
    reminder_at: time
    """When, on the day before, the family is reminded; the territory's own time."""
    gather_seconds: int = Field(5, ge=0, le=3600)
    """How long visits are gathered for one letter."""
    bring: Bring
    modes: dict[DeliveryMode, str]
    postponed: dict[VisitOutcome, str]
    """Why a visit is put off, in words for the family."""
    escalation: EscalationRules

    @model_validator(mode="after")
    def _words_for_everything(self) -> NotificationsPack:
        if missing := set(DeliveryMode) - set(self.modes):
            raise ValueError(f"modes: no words for {', '.join(sorted(missing))}")
        if missing_reasons := set(VisitOutcome) - {VisitOutcome.PERFORMED} - set(self.postponed):
            raise ValueError(f"postponed: no words for {', '.join(sorted(missing_reasons))}")
        return self


class _View(PackModel):
    """The part of a file of another service that letters quote."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Organisation(_View):
    """An organisation as ``directory.yaml`` shows it to families."""

    code: Code
    title: str
    address: str | None = None
    phone: str | None = None


class DirectoryView(_View):
    FILE = "directory"

    organisations: tuple[Organisation, ...] = ()


class _Point(_View):
    code: Code
    title: str
    host_organisation: Code


class _Reason(_View):
    code: Code
    title: str


class SchedulingView(_View):
    FILE = "scheduling"

    skills: Mapping[Code, str] = {}
    points: tuple[_Point, ...] = ()
    cancel_reasons: tuple[_Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Point:
    """A place a brigade comes to."""

    title: str
    address: str | None
    phone: str | None


@dataclass(frozen=True, slots=True)
class RegionPack:
    """Everything a letter of one region is made of."""

    region: Region
    rules: NotificationsPack
    library: Library
    organisations: Mapping[UUID, Organisation]
    points: Mapping[UUID, Point]
    skills: Mapping[str, str]
    cancel_reasons: Mapping[str, str]

    @property
    def coordinating_id(self) -> UUID:
        """The organisation that answers for the family until somebody else is named."""
        return named_id("organisation", f"{self.region.code}/{self.rules.coordinating_organisation}")


def pack_of(packs: Packs, region: str) -> RegionPack:
    """The pack of one region; an event of a region this deployment does not serve is refused."""
    return packs.made(region_pack, region)


def region_pack(packs: Packs, region: str) -> RegionPack:
    """The pack of one region put together from its files.

    Raises:
        BrokenPackError: the coordinating organisation is not in the directory.
        DomainError: ``unknown_region``.
    """
    rules = packs.of(NotificationsPack, region)
    directory = packs.find(DirectoryView, region) or DirectoryView()
    schedule = packs.find(SchedulingView, region) or SchedulingView()
    known = {organisation.code: organisation for organisation in directory.organisations}
    if rules.coordinating_organisation not in known:
        raise BrokenPackError(
            f"{packs.folder / region / 'notifications.yaml'}: coordinating_organisation: not in directory.yaml"
        )
    return RegionPack(
        region=load_regions(packs.folder)[region],
        rules=rules,
        library=Library(packs.folder / region / "templates", packs.folder / SHARED / "templates"),
        organisations={named_id("organisation", f"{region}/{code}"): found for code, found in known.items()},
        points={named_id("point", f"{region}/{p.code}"): _point(p, known) for p in schedule.points},
        skills=schedule.skills,
        cancel_reasons={reason.code: reason.title for reason in schedule.cancel_reasons},
    )


def _point(point: _Point, organisations: Mapping[str, Organisation]) -> Point:
    host = organisations.get(point.host_organisation)
    return Point(point.title, host.address if host else None, host.phone if host else None)
