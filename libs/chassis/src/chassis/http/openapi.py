"""What a service tells of itself: FastAPI's description with what the chassis does at every door.

The refusals, the two ways to prove who asks and the headers of a write are declared here once and not per route.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from contracts.access import POLICY, Relation, Role
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts

from chassis.data import idempotency
from chassis.errors import Kind, Problem
from chassis.http import problems
from chassis.http.door import IF_MATCH_PATTERN, SAFE_METHODS, STATUS_TOKEN, TransactionalRoute

SIGN_IN, TOKEN = "signIn", "statusToken"
SCHEMES = {
    SIGN_IN: {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
    TOKEN: {"type": "apiKey", "in": "header", "name": STATUS_TOKEN},
}
HEADERS = (
    {
        "name": idempotency.HEADER,
        "in": "header",
        "required": False,
        "description": "The same key with the same request gets the first answer again.",
        "schema": {"type": "string", "pattern": f"^[ -~]{{1,{idempotency.MAX_KEY_LENGTH}}}$"},
    },
    {
        "name": "If-Match",
        "in": "header",
        "required": False,
        "description": "The version of the record the caller has read; refused as stale when it has changed since.",
        "schema": {"type": "string", "pattern": IF_MATCH_PATTERN},
    },
)
WALL_CLOCK = r"^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,6})?)?$"
_ANYWHERE = (Kind.UNAUTHENTICATED, Kind.FORBIDDEN, Kind.NOT_FOUND, Kind.INVALID, Kind.UNAVAILABLE)
_FRAMEWORK_SCHEMAS = ("HTTPValidationError", "ValidationError")


class Api(FastAPI):
    """The application of a service. It describes itself as it is."""

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document; made once."""
        if self.openapi_schema is None:
            self.openapi_schema = _completed(self, super().openapi())
        return self.openapi_schema


def api_routes(app: FastAPI) -> list[APIRoute]:
    """Every API route of the application, those of included routers too."""
    originals = (context.original_route for context in iter_route_contexts(app.routes))
    return [route for route in originals if isinstance(route, APIRoute)]


def _completed(app: FastAPI, document: dict[str, Any]) -> dict[str, Any]:
    components = document.setdefault("components", {})
    components["securitySchemes"] = SCHEMES
    schemas = components.setdefault("schemas", {})
    for name in _FRAMEWORK_SCHEMAS:
        schemas.pop(name, None)
    schemas[Problem.__name__] = Problem.model_json_schema()
    for route in api_routes(app):
        if isinstance(route, TransactionalRoute) and route.include_in_schema:
            for method in route.methods or ():
                _complete(route, method, document["paths"][route.path_format][method.lower()])
    _say_wall_clock(document)
    return document


def _say_wall_clock(part: Any) -> None:
    """``format: time`` asks for an offset (RFC 3339); office hours are read off the clock on the wall."""
    if isinstance(part, dict) and part.get("format") == "time":
        del part["format"]
        part["pattern"] = WALL_CLOCK
    for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        _say_wall_clock(inner)


def _complete(route: TransactionalRoute, method: str, operation: dict[str, Any]) -> None:
    writes = method not in SAFE_METHODS
    responses = operation["responses"] | {str(kind.status): _refusal(kind) for kind in _refusals(route, writes)}
    operation["responses"] = dict(sorted(responses.items()))
    operation["security"] = list(_security(str(route.door.permission)))
    if writes:
        operation["parameters"] = [*operation.get("parameters", []), *HEADERS]


def _refusals(route: TransactionalRoute, writes: bool) -> Iterator[Kind]:
    yield from _ANYWHERE
    if writes:
        yield Kind.TOO_LARGE
    if writes and route.body_field is not None:
        yield Kind.UNSUPPORTED
    if route.door.rate:
        yield Kind.TOO_MANY
    if "{" in route.path_format:
        # the person a record is about may have been erased
        yield Kind.GONE
    if writes or "{" in route.path_format:
        yield Kind.CONFLICT


def _refusal(kind: Kind) -> dict[str, Any]:
    schema = {"$ref": f"#/components/schemas/{Problem.__name__}"}
    return {"description": kind.in_words, "content": {problems.MEDIA_TYPE: {"schema": schema}}}


def _security(permission: str) -> Iterator[dict[str, list[str]]]:
    """Ways to be let in, any of which is enough: nothing at all, the token of the record, or signing in."""
    resource, _, action = permission.partition(":")
    lines = [line for line in POLICY if line.resource == resource and action in line.actions]
    of_public = {line.relation for line in lines if line.role is Role.PUBLIC}
    if Relation.ANY in of_public:
        yield {}
    if Relation.TOKEN in of_public:
        yield {TOKEN: []}
    if any(line.role is not Role.PUBLIC for line in lines):
        yield {SIGN_IN: []}
