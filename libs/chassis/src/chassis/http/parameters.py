"""Query parameters a route knows. An unknown one is a mistake: a misspelt filter would silently narrow nothing."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import BaseModel

from chassis.errors import DomainError, FieldError, Kind


def known_parameters(route: APIRoute) -> frozenset[str]:
    """The names of the query parameters of a route."""
    return frozenset(_names(route.dependant))


def _names(dependant: Dependant) -> Iterator[str]:
    for field in dependant.query_params:
        model = field.field_info.annotation
        if isinstance(model, type) and issubclass(model, BaseModel):
            yield from (inner.alias or name for name, inner in model.model_fields.items())
        else:
            yield field.alias
    for inner_dependant in dependant.dependencies:
        yield from _names(inner_dependant)


def refuse_unknown_parameters(request: Request, known: frozenset[str]) -> None:
    """Raise 422 ``unknown_parameter``, which names every unknown query parameter and the nearest known name."""
    if unknown := [name for name in request.query_params if name not in known]:
        raise _unknown(unknown, known)


def _unknown(unknown: list[str], known: frozenset[str]) -> DomainError:
    return DomainError(
        "unknown_parameter",
        Kind.INVALID,
        ru="В адресе запроса есть неизвестный параметр.",
        en="The query has an unknown parameter.",
        errors=[_error(name, known) for name in dict.fromkeys(unknown)],
        known=sorted(known),
    )


def _error(name: str, known: frozenset[str]) -> FieldError:
    field = name if name.isprintable() and len(name) <= 64 else None
    (nearest,) = get_close_matches(name, known, 1) or ("",)
    ru = f"Такого параметра нет. Возможно, имелся в виду {nearest}." if nearest else "Такого параметра нет."
    en = f"There is no such parameter. Perhaps {nearest} was meant." if nearest else "There is no such parameter."
    return FieldError(field, "unknown_parameter", ru, en)
