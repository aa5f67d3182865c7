"""From what people send, and the pack's template, to the content of a version. Pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID

from contracts.identifiers import Code, DeliveryMode
from pydantic import ConfigDict, Field, JsonValue
from workdays import Calendar, Term, TermKind, add_calendar_days, add_months

from cases.assessments.icf import IcfCategory
from cases.pack import CasesPack, CatalogueService, ProgrammeRules, TemplateLine
from cases.programmes import errors
from cases.programmes.content import Content, Goal, Line
from cases.requests import Command

NewId = Callable[[], UUID]

FORM_EXAMPLE: dict[str, JsonValue] = {
    "starts_on": "2026-03-10",
    "goals": [
        {
            "words": "Хотим, чтобы Петя сам держал ложку за обедом",
            "routine": "feeding",
            "icf_category": "d550",
            "criterion": "Держит ложку и подносит ко рту три раза из пяти",
            "due_on": "2026-06-01",
        }
    ],
    "lines": [
        {
            "service": "psychologist_session",
            "mode": "home",
            "count": 12,
            "periodicity": "1 раз в неделю",
            "content": "Занятие в распорядке дня семьи",
            "result": "Семья проводит занятие самостоятельно",
        }
    ],
}
"""A programme as an invented family would have it, for the page of the API."""


class GoalForm(Command):
    """A goal as the family and the specialists word it (D2-24)."""

    id: UUID | None = None
    words: str = Field(min_length=3, max_length=1000)
    routine: Code
    icf_category: IcfCategory
    criterion: str = Field(min_length=3, max_length=1000)
    due_on: date


class LineForm(Command):
    """A service of the programme. Term and minutes default to the programme's term and the catalogue's minutes."""

    id: UUID | None = None
    service: Code
    mode: DeliveryMode
    count: int = Field(gt=0, le=200)
    periodicity: str = Field(min_length=1, max_length=200)
    content: str = Field(min_length=1, max_length=2000)
    result: str = Field(min_length=1, max_length=2000)
    minutes: int | None = Field(None, gt=0, le=480)
    starts_on: date | None = None
    ends_on: date | None = None

    @classmethod
    def of_template(cls, line: TemplateLine) -> LineForm:
        """A line of the pack's template."""
        return cls(
            service=line.service,
            mode=line.mode,
            count=line.count,
            periodicity=line.periodicity,
            content=line.content,
            result=line.result,
            minutes=line.minutes,
        )


class ProgrammeForm(Command):
    """The content of a draft. Without ``lines`` the pack's template is used; the term is the pack's."""

    model_config = ConfigDict(json_schema_extra={"examples": [FORM_EXAMPLE]})

    starts_on: date
    goals: tuple[GoalForm, ...] = Field((), max_length=50)
    lines: tuple[LineForm, ...] | None = Field(None, max_length=100)


def last_day(starts_on: date, term: Term, calendar: Calendar) -> date:
    """The last day of a programme: a month from 10 March ends on 9 April; it does not wait for a working day."""
    if term.kind is TermKind.MONTHS:
        after = add_months(starts_on, term.n, calendar, roll=False).value
    else:
        after = add_calendar_days(starts_on, term.n, calendar, roll=False).value
    return after - timedelta(days=1)


def draw_up(form: ProgrammeForm, rules: ProgrammeRules, pack: CasesPack, calendar: Calendar, new_id: NewId) -> Content:
    """The content of a draft; raises `DomainError` naming the goal or line at fault."""
    ends_on = last_day(form.starts_on, rules.term, calendar)
    lines = form.lines if form.lines is not None else tuple(LineForm.of_template(line) for line in rules.template)
    return Content(
        starts_on=form.starts_on,
        ends_on=ends_on,
        goals=tuple(_goal(n, goal, form.starts_on, pack, new_id) for n, goal in enumerate(form.goals)),
        lines=tuple(_line(n, line, (form.starts_on, ends_on), rules, pack, new_id) for n, line in enumerate(lines)),
    )


def _goal(position: int, form: GoalForm, starts_on: date, pack: CasesPack, new_id: NewId) -> Goal:
    if form.routine not in {routine.code for routine in pack.routines}:
        raise errors.bad_goal(
            position, "routine", "unknown_code", "Такого распорядка нет в справочнике.", "Unknown daily routine."
        )
    if form.due_on < starts_on:
        raise errors.bad_goal(
            position, "due_on", "after_start", "Срок цели раньше начала программы.", "Due before the programme starts."
        )
    return Goal(
        id=form.id or new_id(),
        words=form.words,
        routine=form.routine,
        icf_category=form.icf_category,
        criterion=form.criterion,
        due_on=form.due_on,
    )


def _line(
    position: int, form: LineForm, term: tuple[date, date], rules: ProgrammeRules, pack: CasesPack, new_id: NewId
) -> Line:
    service = _offered(position, form, rules, pack)
    starts_on, ends_on = form.starts_on or term[0], form.ends_on or term[1]
    if not term[0] <= starts_on <= ends_on <= term[1]:
        raise errors.bad_line(
            position, "starts_on", "within_term", "Срок услуги выходит за срок программы.", "Outside the term."
        )
    return Line(
        id=form.id or new_id(),
        service=form.service,
        group=service.group,
        skill=service.skill,
        mode=form.mode,
        starts_on=starts_on,
        ends_on=ends_on,
        minutes=form.minutes or service.minutes,
        count=form.count,
        periodicity=form.periodicity,
        content=form.content,
        result=form.result,
    )


def _offered(position: int, form: LineForm, rules: ProgrammeRules, pack: CasesPack) -> CatalogueService:
    service = pack.service(form.service)
    if service is None:
        raise errors.bad_line(
            position, "service", "unknown_code", "Такой услуги нет в перечне региона.", "No such service here."
        )
    if form.mode not in service.modes & rules.modes:
        raise errors.bad_line(
            position, "mode", "not_offered", "Так эта услуга не оказывается.", "Not given in this mode."
        )
    return service
