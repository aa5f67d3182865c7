"""What stands in JSON columns since the first release is still read into the typed answers of today."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import pytest
from intake.extracts.queries import BrokenRule, ImportFailure, RoutingView
from intake.finding.family import FoundHealth
from intake.finding.queries import FoundHealthView
from intake.particulars.reckoning import Reckoning
from intake.portal.queries.views import AnswersView, DocumentView, FieldChange, ParentView
from workdays.days import DayKind
from workdays.explanation import StepCode
from workdays.terms import TermKind

EXPLANATION: dict[str, Any] = {
    "term": {"working_days": 2},
    "steps": [
        {"code": "started", "day": "2026-03-05", "at": "10:00:00"},
        {"code": "skipped", "day": "2026-03-08", "reason": {"day": "2026-03-08", "kind": "holiday", "holiday": "x"}},
        {"code": "due", "day": "2026-03-10", "at": "18:00:00"},
    ],
    "years": [{"year": 2026, "decree": {"number": "1466", "date": "2025-09-24"}}, {"year": 2027, "decree": None}],
    "zone": "Europe/Moscow",
    "hours": {"opens": "09:00", "closes": "18:00"},
}


def test_a_stored_explanation_is_read_with_every_part_typed() -> None:
    found = Reckoning.of(EXPLANATION)
    assert (found.term.kind, found.term.n, found.term.roll) == (TermKind.WORKING_DAYS, 2, True)
    started, skipped, due = found.steps
    assert (started.code, started.day, started.at) == (StepCode.STARTED, date(2026, 3, 5), time(10))
    assert skipped.reason is not None
    assert (skipped.reason.kind, skipped.reason.moved, skipped.reason.short) == (DayKind.HOLIDAY, None, False)
    assert (due.at, due.reason) == (time(18), None)
    assert [year.decree and year.decree.number for year in found.years] == ["1466", None]
    assert found.hours is not None
    assert found.hours.opens == time(9)


def test_a_stored_explanation_without_years_zone_and_hours_is_read() -> None:
    bare: dict[str, object] = {"term": "same_working_day", "steps": [], "years": [], "zone": None, "hours": None}
    found = Reckoning.of(bare)
    assert (found.term.kind, found.term.n) == (TermKind.SAME_WORKING_DAY, 0)
    assert (found.years, found.zone, found.hours) == ([], None, None)


def test_a_stored_routing_failure_and_quarantine_are_read() -> None:
    words = {"ru": "Единственный оператор территории", "en": "The only operator of the territory"}
    assert RoutingView.model_validate({"rule": "only", **words}).rule == "only"
    assert ImportFailure.model_validate({"slug": "xml_forbidden", **words}).slug == "xml_forbidden"
    assert BrokenRule.model_validate({"field": None, "rule": "content_differs", **words}).field is None


def test_a_stored_measure_without_executor_and_term_is_read() -> None:
    stored = FoundHealth(
        measures=({"group": "social", "title": "Занятия"}, {"title": "Ходунки", "until": "2027-01-31"})
    )
    first, second = FoundHealthView.of(stored).measures
    assert (first.executor, first.until) == (None, None)
    assert (second.group, second.until) == (None, date(2027, 1, 31))


def test_stored_answers_are_read_where_fields_are_missing() -> None:
    found = AnswersView.model_validate(
        {
            "child_name": "Ивин Ян",
            "birth_date": date(2019, 5, 1),
            "parents": [{"name": "Ивина Я", "identity_document": None}],
        }
    )
    assert (found.birth_date, found.diagnosis) == (date(2019, 5, 1), None)
    assert found.parents == [ParentView(name="Ивина Я", identity_document=None)]


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("2019-05-01", str),
        ({"number": "1", "series": None, "issued_on": "2026-01-01", "valid_until": None}, DocumentView),
        ([{"name": "Ивина Яна", "identity_document": None}], list),
        (None, type(None)),
    ],
)
def test_an_answer_that_shall_change_keeps_its_kind(value: Any, kind: type) -> None:
    assert isinstance(FieldChange(field="f", before=None, after=value).after, kind)
