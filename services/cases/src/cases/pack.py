"""``cases.yaml`` of a region pack: what a region asks for at the first appointment and of its programmes."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated, ClassVar, Self

from chassis.regions import PackModel, PackTerm
from contracts.identifiers import Accounting, Code, DeliveryMode, ProgrammeKind, Purpose, ServiceGroup
from pydantic import Field, model_validator

from cases.age import CorrectedAgeRule


class Step(StrEnum):
    """Steps on the way to a programme; a pack puts them in order (D2-20, D2-21, D4-05)."""

    DOCUMENTS = "documents"
    CONSENTS = "consents"
    IPPSU = "ippsu"
    ASSESSMENT = "assessment"
    ELIGIBILITY = "eligibility"
    TEAM = "team"


class Titled(PackModel):
    """A code and what people see."""

    code: Code
    title: str


def title_of(code: str, entries: Iterable[Titled]) -> str:
    """The title of a code; the code itself where the region has given it up since."""
    return next((entry.title for entry in entries if entry.code == code), code)


class CatalogueService(Titled):
    """A service the region gives: its group decides the quota, its skill who may give it; minutes of one session."""

    group: ServiceGroup
    skill: Code
    modes: frozenset[DeliveryMode] = Field(min_length=1)
    minutes: int = Field(gt=0, le=480)


class Ground(Titled):
    """A legal ground that stands beside a consent for a purpose (152-FZ art. 6, 10)
    as long as ``stands_while`` holds."""

    law: str
    stands_while: Annotated[str, Field(pattern="^(ippsu|always)$")]


class ConsentRules(PackModel):
    """Which purposes need a written consent before work goes on, and the current version of each text."""

    required: frozenset[Purpose]
    texts: dict[Purpose, Code]


class TemplateLine(PackModel):
    """One service of a template with its six attributes (D4-05): service, term, content, duration, multiplicity,
    result. The term is the programme's, the duration the catalogue's, unless given."""

    service: Code
    mode: DeliveryMode
    count: int = Field(gt=0, le=200)
    periodicity: str
    content: str
    result: str
    minutes: int | None = Field(None, gt=0, le=480)


class ProgrammeRules(PackModel):
    """How one kind of programme is drawn up and approved in the region."""

    title: str
    term: PackTerm
    requires: tuple[Step, ...]
    purpose: Purpose
    accounting: Accounting
    goals: bool = False
    modes: frozenset[DeliveryMode] = Field(min_length=1)
    minimum: dict[ServiceGroup, Annotated[int, Field(gt=0)]] = Field(default_factory=dict)
    template: tuple[TemplateLine, ...] = ()


class CasesPack(PackModel):
    """The whole file."""

    FILE: ClassVar[str] = "cases"

    corrected_age: CorrectedAgeRule = CorrectedAgeRule()
    documents: tuple[Titled, ...] = Field(min_length=1)
    authorities: tuple[Titled, ...] = Field(min_length=1)
    steps: dict[Step, tuple[Step, ...]] = Field(min_length=1)
    """The region's steps in their order, each with those that must be complete before it."""
    consents: ConsentRules
    grounds: dict[Purpose, tuple[Ground, ...]] = Field(default_factory=dict)
    tools: tuple[Titled, ...] = Field(min_length=1)
    routines: tuple[Titled, ...] = ()
    services: tuple[CatalogueService, ...] = Field(min_length=1)
    urgent_services: frozenset[Code] = frozenset()
    programmes: dict[ProgrammeKind, ProgrammeRules] = Field(min_length=1)
    ending_soon_days: int = Field(ge=1, le=60)
    """Calendar days before its last day a programme shows up in the worklist."""

    def service(self, code: str) -> CatalogueService | None:
        """A service of the catalogue."""
        return next((service for service in self.services if service.code == code), None)

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        known = {service.code for service in self.services}
        named = {line.service for rules in self.programmes.values() for line in rules.template}
        if unknown := (named | self.urgent_services) - known:
            raise ValueError(f"services not in the catalogue: {', '.join(sorted(unknown))}")
        self._steps_come_after_what_they_need()
        for kind, rules in self.programmes.items():
            if unknown_steps := set(rules.requires) - set(self.steps):
                raise ValueError(f"programmes.{kind}.requires: no such step: {', '.join(sorted(unknown_steps))}")
            self._template_meets_the_minimum(kind, rules)
        return self

    def _steps_come_after_what_they_need(self) -> None:
        order = list(self.steps)
        for position, (step, needed) in enumerate(self.steps.items()):
            if late := set(needed) - set(order[:position]):
                raise ValueError(f"steps.{step}: needs what does not stand before it: {', '.join(sorted(late))}")

    def _template_meets_the_minimum(self, kind: ProgrammeKind, rules: ProgrammeRules) -> None:
        for group, minimum in rules.minimum.items():
            offered = sum(line.count for line in rules.template if self._group(line.service) is group)
            if rules.template and offered < minimum:
                raise ValueError(f"programmes.{kind}.template: {group} offers {offered}, the minimum is {minimum}")

    def _group(self, code: str) -> ServiceGroup | None:
        service = self.service(code)
        return service.group if service else None
