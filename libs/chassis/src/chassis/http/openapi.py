"""The OpenAPI document of a service: FastAPI's description, completed with the chassis's own answers and headers.

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
from chassis.http.door import IF_MATCH_PATTERN, SAFE_METHODS, STATUS_TOKEN, TransactionalRoute, operation_id

SIGN_IN, TOKEN = "signIn", "statusToken"
DISCOVERY = "/.well-known/openid-configuration"
NO_ISSUER = "https://issuer.example"
"""Stands for the deployment's issuer in a description that is made without one."""
DESCRIPTION = """Part of Marshrut («Маршрут»), open-source software for regional social support of families with
children with disabilities. Sign in at the issuer (authorization code with PKCE, scope `openid`) and send the access
token as a bearer token: docs/tokens.md. A refusal is `application/problem+json` with a stable `slug`: docs/problems.md.
"""


def _schemes(issuer: str) -> dict[str, Any]:
    return {
        SIGN_IN: {"type": "openIdConnect", "openIdConnectUrl": issuer.rstrip("/") + DISCOVERY},
        TOKEN: {
            "type": "apiKey",
            "in": "header",
            "name": STATUS_TOKEN,
            "description": "The token of one record, such as an application, that its family was given.",
        },
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
    """The application of a service; its OpenAPI document describes the chassis's part too.

    ``service``: its name, which is also where the gateway has it.
    """

    def __init__(self, service: str, *, issuer: str | None = None, **options: Any) -> None:
        super().__init__(
            title=f"Marshrut {service}",
            description=DESCRIPTION,
            servers=[{"url": f"/{service}", "description": "behind the gateway"}],
            separate_input_output_schemas=False,
            **options,
        )
        self.service, self.issuer = service, issuer or NO_ISSUER

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document; made once."""
        if self.openapi_schema is None:
            self.openapi_schema = _completed(self, super().openapi())
        return self.openapi_schema


def api_routes(app: FastAPI) -> list[APIRoute]:
    """Every API route of the application, those of included routers too."""
    originals = (context.original_route for context in iter_route_contexts(app.routes))
    return [route for route in originals if isinstance(route, APIRoute)]


def _completed(app: Api, document: dict[str, Any]) -> dict[str, Any]:
    components = document.setdefault("components", {})
    components["securitySchemes"] = _schemes(app.issuer)
    schemas = components.setdefault("schemas", {})
    for name in _FRAMEWORK_SCHEMAS:
        schemas.pop(name, None)
    problem = Problem.model_json_schema(mode="serialization", ref_template="#/components/schemas/{model}")
    schemas |= {**problem.pop("$defs", {}), Problem.__name__: problem}
    for route in api_routes(app):
        if isinstance(route, TransactionalRoute) and route.include_in_schema:
            for method in route.methods or ():
                operation = document["paths"][route.path_format][method.lower()]
                operation["operationId"] = _operation_id(route, app.service)
                _complete(route, method, operation)
    _say_wall_clock(document)
    _say_bytes(document)
    _answers_are_whole(document)
    return _plainly_named(document)


def _operation_id(route: TransactionalRoute, service: str) -> str:
    """Unique over all services: the doors the chassis gives to each bear the service's name after the verb."""
    name = operation_id(route)
    if not route.endpoint.__module__.startswith("chassis."):
        return name
    verb = route.name.partition("_")[0]
    return verb + service.capitalize() + name[len(verb) :]


def _answers_are_whole(document: dict[str, Any]) -> None:
    """What only answers hold is always there, with its default where nothing else is known: clients need not ask."""
    schemas = document["components"]["schemas"]
    asked = set[str]()
    for operations in document["paths"].values():
        for operation in operations.values():
            _reach([operation.get("requestBody"), operation.get("parameters")], schemas, asked)
    for name, schema in schemas.items():
        if name not in asked and schema.get("properties"):
            schema["required"] = list(schema["properties"])


def _plainly_named(document: dict[str, Any]) -> dict[str, Any]:
    """Schemas under names a client's developer would choose: ``AgreementViewPage``, ``AttachProtocolForm``."""
    schemas = document["components"]["schemas"]
    names = {name: plain for name in schemas if (plain := _plain(name)) != name}
    document["components"]["schemas"] = {
        names.get(name, name): schema | ({"title": names[name]} if name in names else {})
        for name, schema in schemas.items()
    }
    _point(document, {f"#/components/schemas/{name}": f"#/components/schemas/{plain}" for name, plain in names.items()})
    return document


def _plain(name: str) -> str:
    if (form := name.removeprefix("Body_")) and form != name:
        return f"{form[0].upper()}{form[1:]}Form"
    generic, _, inside = name.rstrip("_").partition("_")
    return inside + generic if inside else name


def _point(part: Any, references: dict[str, str]) -> None:
    if isinstance(part, dict) and part.get("$ref") in references:
        part["$ref"] = references[part["$ref"]]
    for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        _point(inner, references)


def _reach(part: Any, schemas: dict[str, Any], found: set[str]) -> None:
    if isinstance(part, dict):
        name = str(part.get("$ref", "")).rpartition("/")[2]
        if name in schemas and name not in found:
            found.add(name)
            _reach(schemas[name], schemas, found)
    for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        _reach(inner, schemas, found)


def _say_wall_clock(part: Any) -> None:
    """``format: time`` asks for an offset (RFC 3339); office hours are read off the clock on the wall."""
    if isinstance(part, dict) and part.get("format") == "time":
        del part["format"]
        part["pattern"] = WALL_CLOCK
    for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        _say_wall_clock(inner)


def _say_bytes(part: Any) -> None:
    """A file is bytes: OpenAPI 3.1 may leave that out, and generators then leave the operation or its field out."""
    if isinstance(part, dict):
        if part.get("contentMediaType") == "application/octet-stream":
            part["format"] = "binary"
        for media_type, content in part.get("content", {}).items() if isinstance(part.get("content"), dict) else ():
            if content == {} and media_type != "application/json":
                content["schema"] = {"type": "string"} | ({} if media_type == "text/html" else {"format": "binary"})
    for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        _say_bytes(inner)


def _complete(route: TransactionalRoute, method: str, operation: dict[str, Any]) -> None:
    writes = method not in SAFE_METHODS
    responses = operation["responses"] | {str(kind.status): _refusal(kind) for kind in _refusals(route, writes)}
    operation["responses"] = dict(sorted(responses.items()))
    operation["security"] = list(_security(str(route.door.permission)))
    if writes:
        operation["parameters"] = [*operation.get("parameters", []), *HEADERS]
    if route.door.sort:
        (sort,) = (found for found in operation["parameters"] if found["name"] == "sort")
        sort["schema"] = {"type": "string", "enum": route.door.sort.names, "default": route.door.sort.default}


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
