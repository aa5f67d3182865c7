"""Programmes as their readers see them: goals only with consent for health data, wording only for those who serve."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from chassis.work import Unit
from contracts.access import FieldGroup
from contracts.identifiers import ConsentForm, DeliveryMode, ProgrammeKind, ServiceGroup
from pydantic import BaseModel
from sqlalchemy import select

from cases.assessments.icf import CHAPTERS, chapter
from cases.files.queries import audit_read, file_of, visible_groups
from cases.pack import CasesPack, title_of
from cases.programmes.content import Goal, LineWords, OutlineLine, Words
from cases.programmes.model import Programme, ProgrammeState, ProgrammeVersion


class LineCard(BaseModel):
    """A service of a programme; ``content`` and ``result`` are None where they are withheld."""

    id: UUID
    service: str
    title: str
    group: ServiceGroup
    skill: str
    mode: DeliveryMode
    starts_on: date
    ends_on: date
    minutes: int
    count: int
    periodicity: str
    content: str | None
    result: str | None


class GoalCard(Goal):
    """A goal with the words people read instead of its codes."""

    routine_title: str
    icf_chapter: str


class VersionCard(BaseModel):
    """One version; ``goals`` are None where they are withheld."""

    number: int
    state: ProgrammeState
    starts_on: date
    ends_on: date
    goals: list[GoalCard] | None
    lines: list[LineCard]
    signed_on: date | None
    signed_form: ConsentForm | None
    approved_by: UUID | None
    approved_at: datetime | None


class ProgrammeSummary(BaseModel):
    """A programme on the file's card."""

    id: UUID
    kind: ProgrammeKind
    title: str
    version: int
    number: int
    state: ProgrammeState
    in_force: int | None
    """The number of the approved version, also while the next one is drawn up."""
    starts_on: date
    ends_on: date
    goals: int
    services: int


class ProgrammeCard(BaseModel):
    """A programme with all its versions, the latest first. ``version`` is for If-Match."""

    id: UUID
    case_id: UUID
    child_id: UUID
    version: int
    kind: ProgrammeKind
    title: str
    ippsu_id: UUID | None
    versions: list[VersionCard]


async def programme_card(programme_id: UUID, unit: Unit) -> ProgrammeCard:
    """One programme, for whoever may read its file."""
    programme = await unit.session.get(Programme, programme_id)
    file = await file_of(programme.case_id if programme else None, unit)
    assert programme is not None
    groups, pack = visible_groups(file, unit), unit.packs.of(CasesPack, file.region)
    await audit_read(file, groups, unit)
    words = await _words(programme, groups, unit)
    return ProgrammeCard(
        id=programme.id,
        case_id=programme.case_id,
        child_id=programme.child_id,
        version=programme.version,
        kind=programme.kind,
        title=pack.programmes[programme.kind].title,
        ippsu_id=programme.ippsu_id,
        versions=[_version(version, words[version.number], groups, pack) for version in reversed(programme.versions)],
    )


async def _words(programme: Programme, groups: frozenset[FieldGroup], unit: Unit) -> dict[int, Words | None]:
    """The opened words of each version, where the reader may see any of them."""
    if not groups & {FieldGroup.HEALTH, FieldGroup.SOCIAL}:
        return dict.fromkeys((version.number for version in programme.versions), None)
    key = await unit.keys.get(programme.child_id)
    return {version.number: version.open_words(key) for version in programme.versions}


async def programme_summaries(case_id: UUID, region: str, unit: Unit) -> list[ProgrammeSummary]:
    """The programmes of a file, latest first, without the audit."""
    found = await unit.session.scalars(
        select(Programme).where(Programme.case_id == case_id).order_by(Programme.id.desc())
    )
    return [_summary(programme, unit.packs.of(CasesPack, region)) for programme in found]


def _summary(programme: Programme, pack: CasesPack) -> ProgrammeSummary:
    latest, in_force = programme.latest, programme.in_force
    return ProgrammeSummary(
        id=programme.id,
        kind=programme.kind,
        title=pack.programmes[programme.kind].title,
        version=programme.version,
        number=latest.number,
        state=latest.state,
        in_force=in_force.number if in_force else None,
        starts_on=latest.starts_on,
        ends_on=latest.ends_on,
        goals=latest.content.goals,
        services=sum(line.count for line in latest.content.lines),
    )


def _version(
    version: ProgrammeVersion, words: Words | None, groups: frozenset[FieldGroup], pack: CasesPack
) -> VersionCard:
    lines = words.lines if words and FieldGroup.SOCIAL in groups else {}
    return VersionCard(
        number=version.number,
        state=version.state,
        starts_on=version.starts_on,
        ends_on=version.ends_on,
        goals=[_goal(goal, pack) for goal in words.goals] if words and FieldGroup.HEALTH in groups else None,
        lines=[_line(line, lines.get(line.id), pack) for line in version.content.lines],
        signed_on=version.signed_on,
        signed_form=version.signed_form,
        approved_by=version.approved_by,
        approved_at=version.approved_at,
    )


def _goal(goal: Goal, pack: CasesPack) -> GoalCard:
    return GoalCard(
        id=goal.id,
        words=goal.words,
        routine=goal.routine,
        routine_title=title_of(goal.routine, pack.routines),
        icf_category=goal.icf_category,
        icf_chapter=CHAPTERS[chapter(goal.icf_category)],
        criterion=goal.criterion,
        due_on=goal.due_on,
    )


def _line(line: OutlineLine, words: LineWords | None, pack: CasesPack) -> LineCard:
    return LineCard(
        id=line.id,
        service=line.service,
        title=title_of(line.service, pack.services),
        group=line.group,
        skill=line.skill,
        mode=line.mode,
        starts_on=line.starts_on,
        ends_on=line.ends_on,
        minutes=line.minutes,
        count=line.count,
        periodicity=line.periodicity,
        content=words.content if words else None,
        result=words.result if words else None,
    )
