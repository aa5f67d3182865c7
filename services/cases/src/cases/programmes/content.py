"""Pure. What stands in a version of a programme: goals in the family's words, services with their six attributes.

Whoever draws up or reads has a `Content`. At rest it is in two parts: the `Outline`, which the rules need, and the
`Words`, sealed under the child's key, so that they end with it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from uuid import UUID

from contracts.cases import ServiceLine
from contracts.identifiers import Code, DeliveryMode, ServiceGroup
from pydantic import BaseModel, ConfigDict, Field

from cases.assessments.icf import IcfCategory


class Goal(BaseModel):
    """What the family wants to become possible: their words, the daily routine, the ICF category, how and by when
    it will be seen (D2-24)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: UUID
    words: str = Field(min_length=3, max_length=1000)
    routine: Code
    icf_category: IcfCategory
    criterion: str = Field(min_length=3, max_length=1000)
    due_on: date


class OutlineLine(BaseModel):
    """A service without its free text: service, term (``starts_on``–``ends_on``), duration (minutes of one session),
    multiplicity (``count`` and ``periodicity``)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: UUID
    service: Code
    group: ServiceGroup
    skill: Code
    mode: DeliveryMode
    starts_on: date
    ends_on: date
    minutes: int = Field(gt=0, le=480)
    count: int = Field(gt=0, le=200)
    periodicity: str = Field(min_length=1, max_length=200)

    def as_demand(self) -> ServiceLine:
        """The line as scheduling needs it: codes and numbers only."""
        return ServiceLine(
            line_id=self.id,
            service_code=self.service,
            group=self.group,
            mode=self.mode,
            count=self.count,
            minutes=self.minutes,
            skill=self.skill,
        )


class LineWords(BaseModel):
    """What is done with this child, and what is to come of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    content: str = Field(min_length=1, max_length=2000)
    result: str = Field(min_length=1, max_length=2000)


class Line(OutlineLine, LineWords):
    """One service with the six attributes of D4-05: service, term, content, duration, multiplicity, expected result."""

    @property
    def outline(self) -> OutlineLine:
        """The line without its free text."""
        return OutlineLine(
            id=self.id,
            service=self.service,
            group=self.group,
            skill=self.skill,
            mode=self.mode,
            starts_on=self.starts_on,
            ends_on=self.ends_on,
            minutes=self.minutes,
            count=self.count,
            periodicity=self.periodicity,
        )


class Outline(BaseModel):
    """Term, services and the number of goals."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    starts_on: date
    ends_on: date
    goals: int = 0
    lines: tuple[OutlineLine, ...] = ()

    def offered(self, group: ServiceGroup, modes: Collection[DeliveryMode]) -> int:
        """How many services of a group are planned in the given modes."""
        return sum(line.count for line in self.lines if line.group is group and line.mode in modes)


class Words(BaseModel):
    """The goals, which are health data, and the free text of each service by the line's id."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    goals: tuple[Goal, ...]
    lines: dict[UUID, LineWords]


class Content(BaseModel):
    """Everything the representative signs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    starts_on: date
    ends_on: date
    goals: tuple[Goal, ...] = Field((), max_length=50)
    lines: tuple[Line, ...] = Field((), max_length=100)

    @property
    def outline(self) -> Outline:
        """What may lie open."""
        lines = tuple(line.outline for line in self.lines)
        return Outline(starts_on=self.starts_on, ends_on=self.ends_on, goals=len(self.goals), lines=lines)

    @property
    def words(self) -> Words:
        """What has to be sealed."""
        lines = {line.id: LineWords(content=line.content, result=line.result) for line in self.lines}
        return Words(goals=self.goals, lines=lines)


def service_demand(lines: Iterable[OutlineLine]) -> tuple[ServiceLine, ...]:
    """The lines of a programme as they travel."""
    return tuple(line.as_demand() for line in lines)
