"""What becomes of a failed message, and how it is told without a person's data."""

import pytest
from chassis.errors import DomainError, Kind, unavailable
from chassis.failures import Remedy, describe, remedy
from pydantic import BaseModel, ValidationError
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError


class Form(BaseModel):
    age: int


def broken_form() -> ValidationError:
    with pytest.raises(ValidationError) as caught:
        Form.model_validate({"age": "Иванов Иван"})
    return caught.value


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (DomainError("x", Kind.CONFLICT, ru="", en=""), Remedy.REFUSE),
        (DomainError("x", Kind.NOT_FOUND, ru="", en=""), Remedy.REFUSE),
        (broken_form(), Remedy.REFUSE),
        (unavailable(), Remedy.WAIT),
        (ConnectionRefusedError(), Remedy.WAIT),
        (TimeoutError(), Remedy.WAIT),
        (StaleDataError(), Remedy.RETRY),
        (IntegrityError("", None, Exception()), Remedy.RETRY),
        (KeyError("x"), Remedy.RETRY),
    ],
)
def test_the_kind_of_error_decides(error: Exception, expected: Remedy) -> None:
    assert remedy(error) is expected


def test_a_validation_error_names_field_and_rule_but_not_the_value() -> None:
    words = describe(broken_form())
    assert "age: int_parsing" in words
    assert "Иванов" not in words


def test_an_unknown_error_names_type_and_place_but_not_its_words() -> None:
    try:
        raise ValueError("Иванов Иван, +7 900 000-00-00")
    except ValueError as error:
        words = describe(error)
    assert words.startswith("ValueError at unit/test_failures.py")
    assert "Иванов" not in words
