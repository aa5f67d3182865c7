"""The HTTP door: one transaction per request, committed before the answer leaves; every route names its permission."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Annotated, Any, TypeVar
from uuid import UUID

import structlog
from contracts.access import Permission
from fastapi import APIRouter, Depends, Request, Response, params
from fastapi._compat import ModelField
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.access.tokens import bearer
from chassis.clock import new_id
from chassis.data import idempotency
from chassis.data.context import Cause
from chassis.errors import DomainError, Kind, as_domain_error, unavailable
from chassis.http.paging import Order, Page, PageQuery, PageQueryDep
from chassis.http.parameters import known_parameters, refuse_unknown_parameters
from chassis.http.validation import too_large, wrong_content_type
from chassis.telemetry.tracing import name_request
from chassis.work.runtime import Runtime
from chassis.work.unit import Unit, without_versions

__all__ = ["Page", "PageQuery", "PageQueryDep", "Router", "TransactionalRoute", "UnitDep"]

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
CORRELATION = "X-Correlation-Id"
STATUS_TOKEN = "Status-Token"  # noqa: S105
MAX_BODY = 1_048_576
"""Bytes a route accepts unless it says otherwise."""
IF_MATCH_PATTERN = r'^(\*|(W/)?"?[0-9]{1,9}"?)$'
"""A version as an entity tag, as a bare number, or any version."""

F = TypeVar("F", bound=Callable[..., Any])
Handler = Callable[[Request], Coroutine[Any, Any, Response]]
Recognise = Callable[[Unit], Awaitable[UUID | None]]
"""Reads the principal id of a signed-in caller from the service's own tables, before the directory's event is here."""
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Door:
    """What a route declares beside its path.

    Args:
        permission: ``resource:action`` of `contracts.access`.
        rate: limit per caller, such as ``10/minute``; for public form and token pages.
        max_body: bytes.
        sort: the orders a list offers.
        recognise: finds the record of a signed-in caller whom the directory does not know yet.
    """

    permission: Permission | None
    rate: str | None = None
    max_body: int = MAX_BODY
    recognise: Recognise | None = None
    sort: Order | None = None


class TransactionalRoute(APIRoute):
    """Wraps dependencies, endpoint and serialisation in one transaction. Errors roll back; so does any status ≥ 400."""

    door: Door = Door(None)

    @cached_property
    def query_names(self) -> frozenset[str]:
        """The query parameters the route knows."""
        return known_parameters(self)

    def get_route_handler(self) -> Handler:
        endpoint = super().get_route_handler()

        async def handle(request: Request) -> Response:
            name_request(request.method, self.path_format)
            try:
                return await _handle(self, endpoint, request)
            except (DomainError, RequestValidationError, HTTPException):
                raise
            except Exception as error:
                answer = as_domain_error(error)
                if answer.kind is Kind.INTERNAL:
                    log.exception("request failed", error_type=type(error).__name__)
                raise answer from error

        return handle

    async def count(self, request: Request, runtime: Runtime) -> None:
        """Count a call of a limited route; raises 429 over the limit."""
        if self.door.rate:
            await runtime.limiter.hit(self.door.rate, f"{request.method} {self.path_format}", caller_of(request))


class Router(APIRouter):
    """Routes of one room. Each verb takes ``permission``, ``rate``, ``max_body``, the ``sort`` orders of a list and,
    where it answers with a file, the media types of ``files`` beside FastAPI's own options."""

    def __init__(self, prefix: str = "", *, tags: list[str] | None = None, recognise: Recognise | None = None) -> None:
        super().__init__(
            prefix=prefix,
            tags=list(tags or []),
            route_class=TransactionalRoute,
            generate_unique_id_function=operation_id,
        )
        self._recognise = recognise

    def get(self, path: str, **options: Any) -> Callable[[F], F]:
        """Declare a GET route."""
        return self._declare("GET", path, **options)

    def post(self, path: str, **options: Any) -> Callable[[F], F]:
        """Declare a POST route."""
        return self._declare("POST", path, **options)

    def put(self, path: str, **options: Any) -> Callable[[F], F]:
        """Declare a PUT route."""
        return self._declare("PUT", path, **options)

    def patch(self, path: str, **options: Any) -> Callable[[F], F]:
        """Declare a PATCH route."""
        return self._declare("PATCH", path, **options)

    def delete(self, path: str, **options: Any) -> Callable[[F], F]:
        """Declare a DELETE route."""
        return self._declare("DELETE", path, **options)

    def _declare(
        self,
        method: str,
        path: str,
        *,
        permission: str | None = None,
        rate: str | None = None,
        max_body: int = MAX_BODY,
        files: Iterable[str] = (),
        sort: Order | None = None,
        **options: Any,
    ) -> Callable[[F], F]:
        if files:
            of_files = {"description": "The file.", "content": {media_type: {} for media_type in files}}
            options |= {"response_class": Response, "responses": {200: of_files}}

        def declare(endpoint: F) -> F:
            extra = {"x-permission": permission, **(options.pop("openapi_extra", None) or {})}
            self.add_api_route(path, endpoint, methods=[method], openapi_extra=extra, **options)
            route = self.routes[-1]
            assert isinstance(route, TransactionalRoute)
            route.door = Door(Permission(permission) if permission else None, rate, max_body, self._recognise, sort)
            return endpoint

        return declare


def operation_id(route: APIRoute) -> str:
    """The name of an operation for clients: that of its function, such as ``submitApplication``."""
    first, *others = route.name.split("_")
    return first + "".join(other.capitalize() for other in others)


async def current_unit(request: Request) -> Unit:
    """The unit of work of this request. A coroutine: FastAPI sends plain functions through a thread."""
    unit: Unit = request.state.unit
    return unit


UnitDep = Annotated[Unit, Depends(current_unit)]


async def _handle(route: TransactionalRoute, endpoint: Handler, request: Request) -> Response:
    runtime: Runtime = request.app.state.runtime
    writes = request.method not in SAFE_METHODS
    await route.count(request, runtime)
    token = bearer(request.headers.get("Authorization"))
    digest = await runtime.verifier.subject(token) if token else None
    if writes:
        # before the transaction: a slow client must not hold a database connection
        await _read_body(route, request)
    actor, feed_alive = await runtime.authority.look_up(digest, request.headers.get(STATUS_TOKEN))
    runtime.policy.require(actor, route.door.permission or "")
    if request.url.query and route.include_in_schema:
        # pages for people are spared: whoever links to them may add parameters of their own
        refuse_unknown_parameters(request, route.query_names)
    if writes and actor.signed_in and not feed_alive:
        raise unavailable()
    response = Response()
    with contextlib.suppress(_RefusedError):
        async with runtime.transaction(actor, Cause(request.state.correlation_id)) as unit:
            unit.writes, unit.if_match = writes, _if_match(request)
            unit = await _recognised(route, runtime, unit)
            request.state.unit = unit
            response = await _answer(route, endpoint, request, unit)
            if response.status_code >= 400:
                raise _RefusedError
    return response


async def _recognised(route: TransactionalRoute, runtime: Runtime, unit: Unit) -> Unit:
    """The unit under the caller's own id, also in the moment before the directory's event has come round."""
    actor = unit.actor
    if route.door.recognise is None or not actor.signed_in or actor.id is not None:
        return unit
    known = await route.door.recognise(unit)
    if known is None:
        return unit
    recognised = runtime.unit(unit.session, Cause(unit.correlation_id, unit.causation_id), replace(actor, id=known))
    recognised.writes, recognised.if_match = unit.writes, unit.if_match
    return recognised


class _RefusedError(Exception):
    """Rolls back a transaction whose handler answered ≥ 400 without raising."""


async def _answer(route: TransactionalRoute, endpoint: Handler, request: Request, unit: Unit) -> Response:
    key = idempotency.read_key(request) if unit.writes else None
    if key is None:
        return await _answered(endpoint, request, unit)
    runtime: Runtime = request.app.state.runtime
    operation = f"{request.method} {route.path_format}"
    claimed = idempotency.Idempotency(unit.session, runtime.response_key, key, unit.actor.key, operation)
    replay = await claimed.claim(await idempotency.request_hash(request), unit.now)
    if replay is not None:
        return replay
    response = await _answered(endpoint, request, unit)
    if response.status_code < 400:
        await claimed.store(response)
    return response


async def _answered(endpoint: Handler, request: Request, unit: Unit) -> Response:
    """The endpoint's answer; a version nobody compared would make a caller believe in a protection there is not."""
    response = await endpoint(request)
    if unit.writes and unit.if_match is not None and not unit.if_match_asked and response.status_code < 400:
        raise without_versions()
    return response


async def _read_body(route: TransactionalRoute, request: Request) -> None:
    limit = route.door.max_body
    declared = request.headers.get("content-length", "0")
    if declared.isdecimal() and int(declared) > limit:
        raise too_large(limit)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise too_large(limit)
    # where Starlette keeps what request.body() has read; form() and json() start from it
    request._body = bytes(body)
    if route.body_field is None:
        _refuse_unread(route, request, bytes(body))
    elif body:
        _check_media_type(route.body_field, request)


def _refuse_unread(route: TransactionalRoute, request: Request, body: bytes) -> None:
    """A body that nobody reads would be words lost in silence; an empty object says nothing."""
    reads_raw = route.dependant.request_param_name is not None
    if request.method not in SAFE_METHODS and not reads_raw and body.strip() not in {b"", b"{}"}:
        raise DomainError(
            "no_body_asked",
            Kind.INVALID,
            ru="Этот запрос не читает тела. Версию записи передают в If-Match.",
            en="This request reads no body. The version of a record travels in If-Match.",
            rule="no_body_asked",
        )


def _check_media_type(field: ModelField, request: Request) -> None:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if isinstance(field.field_info, params.Form):
        if media_type not in {"multipart/form-data", "application/x-www-form-urlencoded"}:
            raise wrong_content_type("multipart/form-data")
    elif media_type != "application/json" and not media_type.endswith("+json"):
        raise wrong_content_type("application/json")


def _if_match(request: Request) -> int | None:
    value = request.headers.get("If-Match")
    if value is None or value == "*":
        return None
    if not re.fullmatch(IF_MATCH_PATTERN, value, re.ASCII):
        raise DomainError(
            "bad_if_match",
            Kind.INVALID,
            ru='If-Match должен содержать номер версии, например "3".',
            en='If-Match must hold a version number, such as "3".',
            field="If-Match",
            rule="format",
        )
    return int(value.removeprefix("W/").strip('"'))


def caller_of(request: Request) -> str:
    """The address a request came from."""
    return request.client.host if request.client else ""


class Correlation:
    """ASGI middleware: every request has a correlation id, and its answer is neither cached nor guessed at."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        correlation = _given_id(Headers(scope=scope).get(CORRELATION)) or new_id()
        scope.setdefault("state", {})["correlation_id"] = correlation

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers[CORRELATION] = str(correlation)
                headers.setdefault("Cache-Control", "no-store")
                headers.setdefault("X-Content-Type-Options", "nosniff")
            await send(message)

        await self._app(scope, receive, marked)


def _given_id(value: str | None) -> UUID | None:
    try:
        return UUID(value) if value else None
    except ValueError:
        return None
