"""What pydantic says about a request, in Russian and English, with the field and the rule and without the value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from chassis.errors import DomainError, FieldError, Kind

_SKIPPED = {"body", "query", "path", "header", "cookie"}


class RuleError(ValueError):
    """What a pydantic validator of a room raises, so that the person reads the rule in words.

    ``raise RuleError("birth_date_in_future", ru="дата рождения в будущем", en="the birth date is in the future")``
    """

    def __init__(self, rule: str, *, ru: str, en: str) -> None:
        super().__init__(rule)
        self.rule, self.ru, self.en = rule, ru, en


def broken_rules(errors: Sequence[Mapping[str, Any]]) -> DomainError:
    """422 for pydantic's error list: dotted field path, rule, texts. Input values are never repeated."""
    found = [_field_error(error) for error in errors if not _only_follows(error, errors)]
    return DomainError(
        "invalid",
        Kind.INVALID,
        ru="Проверьте поля: " + "; ".join(f"{e.field}: {e.detail_ru}" if e.field else e.detail_ru for e in found[:5]),
        en="Check the fields: " + "; ".join(f"{e.field}: {e.detail_en}" if e.field else e.detail_en for e in found[:5]),
        errors=found,
    )


def _only_follows(error: Mapping[str, Any], errors: Sequence[Mapping[str, Any]]) -> bool:
    """Refused items are not counted: a list of one bad item is "too short" too, which helps nobody."""
    depth = len(error["loc"])
    inside = (other["loc"] for other in errors if len(other["loc"]) > depth)
    return error["type"] == "too_short" and any(loc[:depth] == error["loc"] for loc in inside)


def broken_json() -> DomainError:
    """422 for a body that is not JSON."""
    return DomainError("invalid_json", Kind.INVALID, ru="Тело запроса не является JSON.", en="The body is not JSON.")


def wrong_content_type(expected: str) -> DomainError:
    """415 for a body of another media type."""
    return DomainError(
        "unsupported_media_type",
        Kind.UNSUPPORTED,
        ru=f"Формат тела запроса не поддерживается, нужен {expected}.",
        en=f"The body must be {expected}.",
    )


def too_large(limit: int) -> DomainError:
    """413 for a body over the route's limit, in bytes."""
    return DomainError(
        "too_large",
        Kind.TOO_LARGE,
        ru=f"Запрос больше допустимых {_megabytes(limit)} МБ.",
        en=f"The request is larger than {_megabytes(limit)} MB.",
        limit_bytes=limit,
    )


def _megabytes(size: int) -> str:
    return f"{size / 1_048_576:g}"


def _field_error(error: Mapping[str, Any]) -> FieldError:
    rule = str(error["type"])
    parts = [str(part) for part in error["loc"]]
    path = ".".join(parts[1:] if parts and parts[0] in _SKIPPED else parts) or None
    cause = (error.get("ctx") or {}).get("error")
    if isinstance(cause, RuleError):
        return FieldError(path, cause.rule, cause.ru, cause.en)
    ru, en = RULES.get(rule, _OTHER)
    bounds = {name: value for name, value in (error.get("ctx") or {}).items() if name in _BOUNDS}
    try:
        return FieldError(path, rule, ru.format(**bounds), en.format(**bounds))
    except KeyError:
        return FieldError(path, rule, *_OTHER)


# limits of the rule, never what was sent
_BOUNDS = {"min_length", "max_length", "ge", "gt", "le", "lt", "multiple_of", "expected"}
_OTHER = ("значение не подходит", "the value is not acceptable")
RULES: dict[str, tuple[str, str]] = {
    "missing": ("обязательное поле", "required"),
    "extra_forbidden": ("неизвестное поле", "unknown field"),
    "string_type": ("нужна строка", "must be text"),
    "string_too_short": ("не короче {min_length} символов", "at least {min_length} characters"),
    "string_too_long": ("не длиннее {max_length} символов", "at most {max_length} characters"),
    "string_pattern_mismatch": ("неверный формат", "wrong format"),
    "bad_character": ("недопустимый знак", "a character that is not allowed"),
    "string_sub_type": ("нужна строка", "must be text"),
    "too_short": ("не меньше {min_length} элементов", "at least {min_length} items"),
    "too_long": ("не больше {max_length} элементов", "at most {max_length} items"),
    "enum": ("допустимые значения: {expected}", "allowed values: {expected}"),
    "literal_error": ("допустимые значения: {expected}", "allowed values: {expected}"),
    "int_type": ("нужно целое число", "must be a whole number"),
    "int_parsing": ("нужно целое число", "must be a whole number"),
    "int_from_float": ("нужно целое число", "must be a whole number"),
    "float_type": ("нужно число", "must be a number"),
    "float_parsing": ("нужно число", "must be a number"),
    "finite_number": ("нужно число", "must be a number"),
    "decimal_parsing": ("нужно число", "must be a number"),
    "bool_type": ("нужно «да» или «нет»", "must be true or false"),
    "bool_parsing": ("нужно «да» или «нет»", "must be true or false"),
    "greater_than_equal": ("не меньше {ge}", "at least {ge}"),
    "greater_than": ("больше {gt}", "more than {gt}"),
    "less_than_equal": ("не больше {le}", "at most {le}"),
    "less_than": ("меньше {lt}", "less than {lt}"),
    "multiple_of": ("кратно {multiple_of}", "a multiple of {multiple_of}"),
    "date_type": ("нужна дата ГГГГ-ММ-ДД", "must be a date YYYY-MM-DD"),
    "date_parsing": ("нужна дата ГГГГ-ММ-ДД", "must be a date YYYY-MM-DD"),
    "date_from_datetime_parsing": ("нужна дата ГГГГ-ММ-ДД", "must be a date YYYY-MM-DD"),
    "date_from_datetime_inexact": ("нужна дата без времени", "must be a date without time"),
    "date_past": ("дата должна быть в прошлом", "must be in the past"),
    "date_future": ("дата должна быть в будущем", "must be in the future"),
    "time_type": ("нужно время ЧЧ:ММ", "must be a time HH:MM"),
    "time_parsing": ("нужно время ЧЧ:ММ", "must be a time HH:MM"),
    "datetime_type": ("нужны дата и время", "must be a date and time"),
    "datetime_parsing": ("нужны дата и время", "must be a date and time"),
    "datetime_from_date_parsing": ("нужны дата и время", "must be a date and time"),
    "timezone_aware": ("нужен часовой пояс", "must have a time zone"),
    "uuid_type": ("нужен идентификатор UUID", "must be a UUID"),
    "uuid_parsing": ("нужен идентификатор UUID", "must be a UUID"),
    "list_type": ("нужен список", "must be a list"),
    "dict_type": ("нужен объект", "must be an object"),
    "model_type": ("нужен объект", "must be an object"),
    "model_attributes_type": ("нужен объект JSON", "must be a JSON object"),
    "none_required": ("поле должно быть пустым", "must be empty"),
    "json_invalid": ("не является JSON", "is not JSON"),
    "union_tag_invalid": ("неизвестный вид", "unknown kind"),
    "union_tag_not_found": ("не указан вид", "the kind is missing"),
    "value_error": _OTHER,
}
"""The rules of pydantic, in Russian and English; bounds in braces are those of the rule."""
