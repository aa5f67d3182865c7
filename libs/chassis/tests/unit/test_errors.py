"""One error family: kind decides status and retry; words of exceptions never reach the answer."""

from __future__ import annotations

import pytest
from chassis.errors import DomainError, Kind, as_domain_error, constraint, problem
from chassis.http.validation import RuleError, broken_rules
from pydantic import BaseModel, Field, ValidationError, field_validator
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm.exc import StaleDataError


class RefusedError(Exception):
    def __init__(self, sqlstate: str, constraint_name: str | None = None) -> None:
        super().__init__("Key (name)=(Иванова) already exists")
        self.sqlstate, self.constraint_name = sqlstate, constraint_name


def database_error(sqlstate: str, name: str | None = None) -> DBAPIError:
    kind = IntegrityError if sqlstate.startswith("23") else DBAPIError
    return kind("INSERT", {}, RefusedError(sqlstate, name))


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (StaleDataError(), Kind.CONFLICT),
        (database_error("23505"), Kind.CONFLICT),
        (database_error("40001"), Kind.UNAVAILABLE),
        (database_error("40P01"), Kind.UNAVAILABLE),
        (database_error("57P01"), Kind.UNAVAILABLE),
        (database_error("53300"), Kind.UNAVAILABLE),
        (database_error("22021"), Kind.INVALID),
        (database_error("42P01"), Kind.INTERNAL),
        (KeyError("Иванова"), Kind.INTERNAL),
    ],
)
def test_every_exception_has_a_kind(error: Exception, kind: Kind) -> None:
    answer = as_domain_error(error)
    assert answer.kind is kind
    assert "Иванова" not in str(problem(answer))


def test_a_broken_constraint_can_be_named() -> None:
    assert constraint(database_error("23P01", "bookings_free")) == "bookings_free"
    assert constraint(KeyError()) is None


@pytest.mark.parametrize("kind", list(Kind))
def test_only_what_may_pass_by_itself_is_retried(kind: Kind) -> None:
    assert kind.permanent == (kind not in {Kind.UNAVAILABLE, Kind.TOO_MANY, Kind.INTERNAL})


def test_extra_members_stand_in_the_problem_and_never_hide_its_own() -> None:
    error = DomainError("no_slot", Kind.CONFLICT, ru="Нет.", en="None.", nearest=["a"], status=200)
    body = problem(error, "en")
    assert (body["nearest"], body["status"], body["detail"]) == (["a"], 409, "None.")


def test_a_rule_of_the_field_itself_keeps_its_own_words() -> None:
    class Born(BaseModel):
        year: int = Field(ge=1900)

        @field_validator("year")
        @classmethod
        def past(cls, value: int) -> int:
            if value > 2026:
                raise RuleError("in_future", ru="ещё не наступил", en="still to come")
            return value

    class Form(BaseModel):
        children: list[Born]

    with pytest.raises(ValidationError) as caught:
        Form.model_validate({"children": [{"year": 2030}, {"year": 1}]})
    errors = broken_rules(caught.value.errors()).errors
    assert [(e.field, e.rule) for e in errors] == [
        ("children.0.year", "in_future"),
        ("children.1.year", "greater_than_equal"),
    ]
    assert errors[0].detail_ru == "ещё не наступил"
    assert errors[1].detail_ru == "не меньше 1900"
