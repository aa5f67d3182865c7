"""One error family for both doors: a slug, a kind, and texts for people in Russian and English."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from chassis.outage import is_outage, sql_state

URN = "urn:marshrut:error:"
RETRY_AFTER_SECONDS = 5


class Kind(StrEnum):
    """The kind of a refusal. The kind alone decides the HTTP status and whether a message is tried again."""

    INVALID = "invalid"
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    CONFLICT = "conflict"
    GONE = "gone"
    TOO_LARGE = "too_large"
    UNSUPPORTED = "unsupported"
    TOO_MANY = "too_many"
    UNAVAILABLE = "unavailable"
    INTERNAL = "internal"

    @property
    def status(self) -> int:
        """The HTTP status."""
        return _STATUS[self]

    @property
    def in_words(self) -> str:
        """The kind in English words."""
        return _TITLES[self][1]

    @property
    def permanent(self) -> bool:
        """Whether the same message would fail again: then it goes to the dead letters at once."""
        return self not in {Kind.UNAVAILABLE, Kind.TOO_MANY, Kind.INTERNAL}


_STATUS = {
    Kind.INVALID: 422,
    Kind.UNAUTHENTICATED: 401,
    Kind.FORBIDDEN: 403,
    Kind.NOT_FOUND: 404,
    Kind.METHOD_NOT_ALLOWED: 405,
    Kind.CONFLICT: 409,
    Kind.GONE: 410,
    Kind.TOO_LARGE: 413,
    Kind.UNSUPPORTED: 415,
    Kind.TOO_MANY: 429,
    Kind.UNAVAILABLE: 503,
    Kind.INTERNAL: 500,
}


@dataclass(frozen=True, slots=True)
class FieldError:
    """One broken rule of one field. ``field`` is a dotted path; the value itself is never repeated."""

    field: str | None
    rule: str
    detail_ru: str
    detail_en: str


class DomainError(Exception):
    """A refusal a person can read.

    Args:
        slug: stable name for programs, such as ``stale_version``.
        kind: decides the HTTP status and whether a message is retried.
        ru, en: the sentence for people; no personal data in it, it may be logged.
        field, rule: the field at fault and the rule it breaks, where there is one.
        extra: further members of the problem body (ids, dates, offers), JSON values only.
    """

    def __init__(
        self,
        slug: str,
        kind: Kind,
        *,
        ru: str,
        en: str,
        field: str | None = None,
        rule: str | None = None,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        **extra: object,
    ) -> None:
        super().__init__(f"{slug}: {en}")
        self.slug, self.kind, self.ru, self.en = slug, kind, ru, en
        named = [FieldError(field, rule or slug, ru, en)] if field or rule else []
        self.errors: tuple[FieldError, ...] = (*named, *errors)
        self.headers = dict(headers or {})
        self.extra = extra


class Problem(BaseModel):
    """The RFC 9457 body of every refusal. ``detail`` is in the caller's language, both texts stand beside it.

    ``slug`` is for programs and never changes its meaning (docs/problems.md). A refusal may carry members of its own
    beside these: ids, dates, what is known or offered.
    """

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str
    detail_ru: str
    detail_en: str
    slug: str
    errors: list[FieldError] = []
    trace_id: str | None = None


def problem(error: DomainError, language: str = "ru", trace_id: str | None = None) -> dict[str, object]:
    """The problem+json members of an error."""
    ru, en = _TITLES[error.kind]
    body = Problem(
        type=URN + error.slug,
        title=en if language == "en" else ru,
        status=error.kind.status,
        detail=error.en if language == "en" else error.ru,
        detail_ru=error.ru,
        detail_en=error.en,
        slug=error.slug,
        errors=list(error.errors),
        trace_id=trace_id,
    )
    return {**error.extra, **body.model_dump()}


_TITLES = {
    Kind.INVALID: ("Данные не приняты", "Invalid data"),
    Kind.UNAUTHENTICATED: ("Нужен вход", "Sign-in required"),
    Kind.FORBIDDEN: ("Нет доступа", "Forbidden"),
    Kind.NOT_FOUND: ("Не найдено", "Not found"),
    Kind.METHOD_NOT_ALLOWED: ("Метод не поддерживается", "Method not allowed"),
    Kind.CONFLICT: ("Действие невозможно в этом состоянии", "Conflict"),
    Kind.GONE: ("Больше не доступно", "Gone"),
    Kind.TOO_LARGE: ("Слишком большой запрос", "Too large"),
    Kind.UNSUPPORTED: ("Неподдерживаемый формат", "Unsupported format"),
    Kind.TOO_MANY: ("Слишком много запросов", "Too many requests"),
    Kind.UNAVAILABLE: ("Временно недоступно", "Temporarily unavailable"),
    Kind.INTERNAL: ("Внутренняя ошибка", "Internal error"),
}


def invalid(slug: str, field: str | None, ru: str, en: str, **extra: Any) -> DomainError:
    """422: the value of ``field`` breaks the rule ``slug``; the texts say how to mend it."""
    return DomainError(slug, Kind.INVALID, ru=ru, en=en, field=field, rule=slug, **extra)


def not_found() -> DomainError:
    """The object does not exist or the caller may not know that it does; the two must not be told apart."""
    return DomainError("not_found", Kind.NOT_FOUND, ru="Объект не найден.", en="The object was not found.")


def forbidden() -> DomainError:
    """The caller may see the object but not do this to it."""
    return DomainError("forbidden", Kind.FORBIDDEN, ru="Недостаточно прав.", en="You are not allowed to do this.")


def stale_version() -> DomainError:
    """Somebody else changed the object since the caller read it."""
    return DomainError(
        "stale_version",
        Kind.CONFLICT,
        ru="Данные уже изменены другим пользователем. Обновите страницу и повторите.",
        en="Somebody else has changed this. Reload and try again.",
    )


def unavailable() -> DomainError:
    """A part we depend on does not answer; the caller may retry."""
    return DomainError(
        "unavailable",
        Kind.UNAVAILABLE,
        ru="Сервис временно недоступен. Повторите позже.",
        en="The service is temporarily unavailable. Try again later.",
    )


def internal() -> DomainError:
    """A fault of ours; the details are in the log under the trace id."""
    return DomainError("internal", Kind.INTERNAL, ru="Внутренняя ошибка. Мы уже знаем о ней.", en="Internal error.")


def constraint(error: BaseException) -> str | None:
    """The name of the database constraint an error broke, so that a command can say which rule it was."""
    cause: BaseException | None = error
    while cause is not None:
        if name := getattr(cause, "constraint_name", None):
            return str(name)
        cause = getattr(cause, "orig", None) or cause.__cause__
    return None


def as_domain_error(error: Exception) -> DomainError:
    """The refusal behind any exception; both doors answer with it when a command did not translate the exception."""
    if isinstance(error, DomainError):
        return error
    if isinstance(error, StaleDataError):
        return stale_version()
    if isinstance(error, IntegrityError):
        return DomainError(
            "conflict",
            Kind.CONFLICT,
            ru="Такая запись уже есть или противоречит другой.",
            en="The record already exists or contradicts another one.",
            rule=constraint(error) or "integrity",
        )
    if sql_state(error).startswith("22"):
        # data exception: a NUL character, a number out of the column's range
        return DomainError("invalid", Kind.INVALID, ru="Недопустимое значение.", en="An unacceptable value.")
    return unavailable() if _lost_a_race(error) or is_outage(error) else internal()


def _lost_a_race(error: Exception) -> bool:
    """Class 40 is serialisation and deadlock, 55P03 a lock not had in time."""
    return sql_state(error).startswith(("40", "55P03"))
