"""What stands in a version of a programme: goals in the family's words, and services with their six attributes."""

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


class Line(BaseModel):
    """One service with the six attributes of D4-05: service, term (``starts_on``–``ends_on``), content, duration
    (minutes of one session), multiplicity (``count`` and ``periodicity``), expected result."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: UUID
    service: Code
    group: ServiceGroup
    skill: Code
    mode: DeliveryMode
    starts_on: date
    ends_on: date
    content: str = Field(min_length=1, max_length=2000)
    minutes: int = Field(gt=0, le=480)
    count: int = Field(gt=0, le=200)
    periodicity: str = Field(min_length=1, max_length=200)
    result: str = Field(min_length=1, max_length=2000)

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


class Content(BaseModel):
    """Everything the representative signs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    starts_on: date
    ends_on: date
    goals: tuple[Goal, ...] = Field((), max_length=50)
    lines: tuple[Line, ...] = Field((), max_length=100)

    def offered(self, group: ServiceGroup, modes: Collection[DeliveryMode]) -> int:
        """How many services of a group are planned in the given modes."""
        return sum(line.count for line in self.lines if line.group is group and line.mode in modes)


def demand(lines: Iterable[Line]) -> tuple[ServiceLine, ...]:
    """The lines of a programme as they travel."""
    return tuple(line.as_demand() for line in lines)
