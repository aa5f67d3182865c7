"""Every refusal of the HTTP door as problem+json, in the caller's language."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute, iter_route_contexts
from opentelemetry import trace
from starlette.exceptions import HTTPException

from chassis.errors import RETRY_AFTER_SECONDS, DomainError, Kind, not_found, problem
from chassis.http.validation import broken_json, broken_rules

MEDIA_TYPE = "application/problem+json"


def install(app: FastAPI) -> None:
    """Map refusals, validation errors and the framework's own answers."""
    app.add_exception_handler(DomainError, _domain)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(HTTPException, _framework)


def answer(request: Request, error: DomainError) -> Response:
    """The response for an error."""
    language = preferred_language(request.headers.get("Accept-Language"))
    body = problem(error, language, _trace_id())
    headers = {**error.headers, "Content-Language": language, "Vary": "Accept-Language"}
    if error.kind is Kind.UNAVAILABLE:
        headers.setdefault("Retry-After", str(RETRY_AFTER_SECONDS))
    return JSONResponse(body, error.kind.status, headers, MEDIA_TYPE)


def preferred_language(header: str | None) -> str:
    """``ru`` unless the header ranks English above Russian."""
    ranks = {"ru": 0.001, "en": 0.0}
    for part in (header or "").lower().split(","):
        tag, _, parameters = part.strip().partition(";")
        language = tag.split("-")[0]
        if language in ranks:
            ranks[language] = max(ranks[language], _quality(parameters))
    return max(ranks, key=lambda language: ranks[language])


def _quality(parameters: str) -> float:
    try:
        return float(parameters.strip().removeprefix("q=")) if parameters.strip() else 1.0
    except ValueError:
        return 0.0


async def _domain(request: Request, error: Exception) -> Response:
    assert isinstance(error, DomainError)
    return answer(request, error)


async def _validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    found: list[dict[str, Any]] = list(error.errors())
    broken = any(item["type"] == "json_invalid" and item["loc"][0] == "body" for item in found)
    return answer(request, broken_json() if broken else broken_rules(found))


async def _framework(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == Kind.NOT_FOUND.status:
        return answer(request, not_found())
    if error.status_code == 405:
        return answer(request, _method_not_allowed(request))
    return answer(request, broken_json())


def _method_not_allowed(request: Request) -> DomainError:
    return DomainError(
        "method_not_allowed",
        Kind.METHOD_NOT_ALLOWED,
        ru="Этот метод здесь не поддерживается.",
        en="This method is not supported here.",
        headers={"Allow": ", ".join(sorted(_methods_at(request)))},
    )


def _methods_at(request: Request) -> set[str]:
    """Of all routes of the path; the framework names those of the first one only. ``/status`` is not ``/{id}``."""
    path = str(request.scope["path"]).removeprefix(request.scope.get("root_path", ""))
    routes = (context.original_route for context in iter_route_contexts(request.app.routes))
    here = [route for route in routes if isinstance(route, APIRoute) and route.path_regex.match(path)]
    fewest = min((len(route.param_convertors) for route in here), default=0)
    return {method for route in here if len(route.param_convertors) == fewest for method in route.methods or ()}


def _trace_id() -> str | None:
    context = trace.get_current_span().get_span_context()
    return format(context.trace_id, "032x") if context.is_valid else None
