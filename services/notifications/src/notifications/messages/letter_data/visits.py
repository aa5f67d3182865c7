"""What is told about home visits and remote sessions. Pure."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, ClassVar, Self
from uuid import UUID

from contracts.identifiers import DeliveryMode, VisitOutcome
from pydantic import AwareDatetime, BaseModel, ConfigDict

from notifications.kinds import MessageKind
from notifications.messages.letter_data.base import LATER, MORNING, SOMEBODY, Facts

if TYPE_CHECKING:
    from notifications.messages.wording import Words
    from notifications.pack import RegionPack


class VisitFact(BaseModel):
    """One visit or remote session: when, where, who comes. ``moved``: the family was told another time before."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    visit_id: UUID
    mode: DeliveryMode
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    specialist_ids: tuple[UUID, ...]
    moved: bool = False

    def same_as(self, other: VisitFact) -> bool:
        """Whether the family would read the same."""
        return self.model_dump(exclude={"moved"}) == other.model_dump(exclude={"moved"})

    def variables(self, words: Words) -> dict[str, object]:
        return {
            "day": words.day(self.starts_at),
            "time": words.time(self.starts_at),
            "until": words.time(self.ends_at),
            "where": words.mode(self.mode),
            "remote": self.mode is DeliveryMode.REMOTE,
            "specialists": words.specialists(self.specialist_ids),
            "moved": self.moved,
        }

    @classmethod
    def samples(cls) -> tuple[VisitFact, ...]:
        return tuple(
            cls(visit_id=SOMEBODY, mode=mode, starts_at=MORNING, ends_at=LATER, specialist_ids=(), moved=moved)
            for mode in DeliveryMode
            for moved in (True, False)
        )


class VisitsPublished(Facts):
    """When and who comes: every visit of one plan the family has not been told of yet (D2-29, D4-12)."""

    kind: ClassVar = MessageKind.VISITS_PUBLISHED

    visits: tuple[VisitFact, ...]

    @property
    def useless_after(self) -> datetime | None:
        return max((visit.starts_at for visit in self.visits), default=None)

    @property
    def specialists(self) -> frozenset[UUID]:
        return frozenset(id for visit in self.visits for id in visit.specialist_ids)

    def with_visit(self, visit: VisitFact) -> VisitsPublished:
        """The same with this visit, in place of what was known of it."""
        return VisitsPublished(visits=(*self.without(visit.visit_id).visits, visit))

    def without(self, visit_id: UUID) -> VisitsPublished:
        """The same without this visit."""
        return VisitsPublished(visits=tuple(visit for visit in self.visits if visit.visit_id != visit_id))

    def visit(self, visit_id: UUID) -> VisitFact | None:
        """What the letter says about one visit."""
        return next((visit for visit in self.visits if visit.visit_id == visit_id), None)

    def variables(self, words: Words) -> dict[str, object]:
        ordered = sorted(self.visits, key=lambda visit: visit.starts_at)
        return {"visits": [visit.variables(words) for visit in ordered]}

    @classmethod
    def samples(cls, pack: RegionPack) -> tuple[Self, ...]:  # noqa: ARG003
        return (cls(visits=VisitFact.samples()), cls(visits=VisitFact.samples()[:1]))


class VisitReminder(Facts):
    """The visit is tomorrow."""

    kind: ClassVar = MessageKind.VISIT_REMINDER

    visit: VisitFact

    @property
    def useless_after(self) -> datetime | None:
        return self.visit.starts_at

    @property
    def specialists(self) -> frozenset[UUID]:
        return frozenset(self.visit.specialist_ids)

    def variables(self, words: Words) -> dict[str, object]:
        return {**self.visit.variables(words), "soon": words.soon(self.visit.starts_at)}

    @classmethod
    def samples(cls, pack: RegionPack) -> tuple[Self, ...]:  # noqa: ARG003
        return tuple(cls(visit=visit) for visit in VisitFact.samples())


class VisitPostponed(Facts):
    """A visit will not take place at its time, and what happens next (T5)."""

    kind: ClassVar = MessageKind.VISIT_POSTPONED

    reason: VisitOutcome
    mode: DeliveryMode
    starts_at: AwareDatetime | None
    until: date | None

    def variables(self, words: Words) -> dict[str, object]:
        return {
            "day": words.day(self.starts_at) if self.starts_at else None,
            "time": words.time(self.starts_at) if self.starts_at else None,
            "where": words.mode(self.mode),
            "reason": words.postponed(self.reason),
            "until": words.day(self.until) if self.until else None,
        }

    @classmethod
    def samples(cls, pack: RegionPack) -> tuple[Self, ...]:  # noqa: ARG003
        return tuple(
            cls(reason=reason, mode=DeliveryMode.HOME, starts_at=starts_at, until=until)
            for reason in VisitOutcome
            for starts_at in (MORNING, None)
            for until in (MORNING.date(), None)
        )
