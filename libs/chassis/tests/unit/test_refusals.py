"""Refusals read off source text: by the constructor, by helpers in any module, and what cannot be read is refused."""

from __future__ import annotations

import pytest
from chassis.run.problems_page import problems_page
from chassis.run.refusals import VARIES, DynamicSlugError, Refusal, refusals

CHASSIS = """
class DomainError(Exception): ...
class FieldError: ...
def invalid(slug, field, ru, en, **extra):
    return DomainError(slug, Kind.INVALID, ru=ru, en=en, field=field, rule=slug, **extra)
"""
IMPORTS = """
from chassis import errors
from chassis.errors import DomainError, FieldError, Kind, invalid as refuse
from chassis.http.validation import RuleError
from pydantic_core import PydanticCustomError
"""


def read(text: str, **others: str) -> list[Refusal]:
    """What a room says that is written with these lines."""
    sources = {"chassis.errors": CHASSIS, "cases.room": IMPORTS + text}
    return refusals(sources | {f"cases.{name}": IMPORTS + other for name, other in others.items()})


def told(text: str, **others: str) -> list[tuple[object, ...]]:
    return [(one.slug, one.kind, one.ru, one.en, one.rule) for one in read(text, **others)]


def test_a_constructed_error_is_read_with_its_sentences() -> None:
    assert told('raise DomainError("closed", Kind.CONFLICT, ru="Закрыто.", en="Closed.")') == [
        ("closed", "CONFLICT", "Закрыто.", "Closed.", None)
    ]


def test_a_rule_is_named_by_the_slug_where_only_a_field_is_named() -> None:
    (refusal,) = read('DomainError("bad", Kind.INVALID, ru="а", en="a", field="x")')
    assert refusal.rule == "bad"


def test_sentences_in_names_and_with_gaps_are_read() -> None:
    text = """
def check(day):
    if day:
        ru, en = f"До {day}.", "Until " + day
        raise DomainError("early", Kind.CONFLICT, ru=ru, en=en)
    ru, en = "Поздно.", "Late."
    raise DomainError("late", Kind.CONFLICT, ru=ru, en=en)
"""
    assert [one[0:1] + one[2:4] for one in told(text)] == [
        ("early", f"До {VARIES}.", f"Until {VARIES}"),
        ("late", "Поздно.", "Late."),
    ]


@pytest.mark.parametrize(
    "call", ['refuse("odd", "x", "а", "a")', 'errors.invalid("odd", "x", ru="а", en="a")', 'refuse(slug="odd", ru="а")']
)
def test_a_helper_of_another_module_is_followed_however_it_is_called(call: str) -> None:
    assert [(slug, kind, rule) for slug, kind, _, _, rule in told(call)] == [("odd", "INVALID", "odd")]


def test_a_helper_of_a_helper_and_a_method_are_followed() -> None:
    text = """
class Reader:
    def fault(self, slug, ru):
        return broken(slug, ru)
    def read(self):
        self.fault("quote_open", "Кавычка.")
def broken(slug, ru):
    return refuse(slug, "content", ru, "Broken.")
"""
    assert told(text) == [("quote_open", "INVALID", "Кавычка.", "Broken.", "quote_open")]


def test_a_rule_that_callers_give_is_followed_too() -> None:
    helper = 'def bad_line(rule):\n    return DomainError("bad", Kind.INVALID, ru="а", en="a", field="x", rule=rule)'
    caller = 'from cases.room import bad_line\nraise bad_line("too_long") if 1 else bad_line("too_short")'
    assert {(one[0], one[4]) for one in told(helper, other=caller)} == {("bad", "too_long"), ("bad", "too_short")}


def test_both_ways_of_a_choice_are_read() -> None:
    assert {one[0] for one in told('refuse("a" if late else "b", "x", "а", "a")')} == {"a", "b"}


def test_rules_of_validators_and_of_lists_are_read() -> None:
    text = """
raise RuleError("last_first", ru="а", en="a")
raise PydanticCustomError("bad_character", "no")
FieldError(None, f"step.{step}", "б", "b")
"""
    assert [(one.slug, one.rule) for one in read(text)] == [
        ("invalid", "last_first"),
        ("invalid", "bad_character"),
        (None, f"step.{VARIES}"),
    ]


def test_a_slug_said_again_is_not_a_new_one() -> None:
    assert told('refuse(error.slug, "x", error.ru, error.en)') == []


@pytest.mark.parametrize(
    "text",
    [
        'refuse("no_" + name, "x", "а", "a")',
        'refuse(f"no_{name}", "x", "а", "a")',
        'refuse(SLUGS[name], "x", "а", "a")',
        'DomainError("odd", kind_of(name), ru="а", en="a")',
        'RuleError(name(), ru="а", en="a")',
        "DomainError(*given, ru='а', en='a')",
    ],
)
def test_a_slug_that_is_put_together_is_refused(text: str) -> None:
    with pytest.raises(DynamicSlugError, match=r"cases\.room:"):
        read(text)


def test_a_helper_that_is_handed_on_is_refused() -> None:
    with pytest.raises(DynamicSlugError, match="handed on"):
        read("found = map(refuse, slugs)")


def test_the_page_has_a_line_per_slug_and_status() -> None:
    text = """
DomainError("missing", Kind.FORBIDDEN, ru="Нет.", en="None.")
DomainError("missing", Kind.INVALID, ru="Нет|<b>.", en="None.", field="x", rule="required")
"""
    page = problems_page({"chassis.errors": CHASSIS, "cases.room": IMPORTS + text})
    assert "| `missing` | 403 | cases | Нет. | None. |  |\n" in page
    assert "| `missing` | 422 | cases | Нет\\|&lt;b>. | None. | `required` |\n" in page
    assert "| `string_too_short` | every service |" in page
