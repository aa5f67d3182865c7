"""The canvas of a service: the generated part of its README, read from rooms, routes, routers, policy and tables."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from importlib import import_module
from typing import NamedTuple

from contracts.access import POLICY, Relation, Role
from contracts.catalogue import CATALOGUE
from contracts.event import Event
from fastapi import APIRouter
from fastapi.routing import APIRoute

from chassis.access.rls import ChildOf, Guarded, Open
from chassis.http.door import SAFE_METHODS, TransactionalRoute
from chassis.http.openapi import api_routes
from chassis.run.service import Service
from chassis.work.sweep import TimerFunction

BEGIN, END = "<!-- canvas: written by make schemas -->", "<!-- end of canvas -->"
COMMON = "chassis"
"""Stands where a room would, for routes and subscribers every service has from the chassis."""


_ROOM = ("room", "holds", "commands", "queries", "worklist", "packs", "loops of the worker")
_ANYBODY = (Role.PUBLIC, Relation.ANY)
_TOKEN = (Role.PUBLIC, Relation.TOKEN)


class UnmarkedPageError(ValueError):
    """The page has no place for a canvas, or more than one."""


class Route(NamedTuple):
    """A route of the service and the room it belongs to."""

    room: str
    method: str
    path: str
    permission: str
    does: str

    @property
    def reads(self) -> bool:
        """A query; everything else is a command."""
        return self.method in SAFE_METHODS


def placed(page: str, canvas: str) -> str:
    """The page with the canvas between its two markers; raises `UnmarkedPageError`."""
    if page.count(BEGIN) != 1 or page.count(END) != 1 or page.index(BEGIN) > page.index(END):
        raise UnmarkedPageError(f"the page needs {BEGIN!r} once, and {END!r} once after it")
    before, after = page.partition(BEGIN)[0], page.partition(END)[2]
    return f"{before}{BEGIN}\n{canvas}{END}{after}"


def canvas(service: Service) -> str:
    """Markdown tables of everything the service declares; the words are the first sentences of docstrings."""
    routes = list(_routes(service))
    parts = [
        f"{_summary(import_module(service.name))}\n",
        _table("### Rooms", _ROOM, _rooms(service, routes)),
        *_routes_by_room(routes),
        _table("### Publishes", ("aggregate", "facts"), _published(service)),
        _table("### Subscribes", ("from", "facts", "how", "room"), _subscribed(service)),
        _table("### Timers", ("timer", "does", "room"), _timers(service)),
        _table("### Gauges", ("gauge", "counts", "room"), _gauges(service)),
        _table("### Tables", ("table", "holds", "rows the API sees", "room"), _tables(service)),
    ]
    return "\n".join(part for part in parts if part)


def _table(heading: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(row)} |" for row in rows]
    if not lines:
        return ""
    return "\n".join([heading, "", f"| {' | '.join(head)} |", "|" + "---|" * len(head), *lines, ""])


def _rooms(service: Service, routes: Sequence[Route]) -> Iterator[tuple[str, ...]]:
    commands = Counter(route.room for route in routes if not route.reads)
    queries = Counter(route.room for route in routes if route.reads)
    for room in service.rooms:
        packs = ", ".join(f"`{model.FILE}.yaml`" for model in room.packs)
        loops = ", ".join(f"`{loop.__name__}`" for loop in room.background)
        holds = _summary(import_module(f"{service.name}.{room.name}.room"))
        counts = (str(count[room.name] or "") for count in (commands, queries))
        yield f"`{room.name}`", holds, *counts, "yes" if room.worklist else "", packs, loops


def _routes(service: Service) -> Iterator[Route]:
    rooms = {route.endpoint: room.name for room in service.rooms for route in _endpoints(room.api)}
    for route in api_routes(service.app()):
        if isinstance(route, TransactionalRoute):
            method = "/".join(sorted(route.methods or ()))
            room = rooms.get(route.endpoint, COMMON)
            yield Route(room, method, route.path, route.door.permission or "", _summary(route.endpoint))


def _endpoints(router: APIRouter | None) -> Iterator[APIRoute]:
    yield from (route for route in (router.routes if router else ()) if isinstance(route, APIRoute))


def _routes_by_room(routes: Sequence[Route]) -> Iterator[str]:
    """A table for each room, in the order of the table of contents; the chassis's own routes come last."""
    for room in dict.fromkeys(route.room for route in routes):
        rows = (
            (f"`{route.method} {route.path}`", route.does, f"`{route.permission}`", _granted(route.permission))
            for route in routes
            if route.room == room
        )
        title = "Routes of every service" if room == COMMON else f"Routes of `{room}`"
        yield _table(f"### {title}", ("route", "does", "permission", "granted to"), rows)


def _granted(permission: str) -> str:
    """The roles the policy lets in; their relation to the record is told by `contracts.access`."""
    resource, _, action = permission.partition(":")
    granted = {(g.role, g.relation) for g in POLICY if g.resource == resource and action in g.actions}
    if _ANYBODY in granted:
        return "anybody"
    roles = {role for role, _ in granted}
    named = [role.value for role in Role if role in roles and role is not Role.PUBLIC]
    return ", ".join([*(["holder of the token"] if _TOKEN in granted else []), *named])


def _published(service: Service) -> Iterator[tuple[str, str]]:
    facts: dict[str, list[str]] = {}
    for event in CATALOGUE.values():
        if event.producer == service.name:
            facts.setdefault(event.aggregate, []).append(_fact(event))
    yield from ((f"`{aggregate}`", ", ".join(sorted(named))) for aggregate, named in sorted(facts.items()))


def _subscribed(service: Service) -> Iterator[tuple[str, str, str, str]]:
    for each in service.subscriptions:
        facts = sorted(_fact(event) for event in each.events.values())
        rooms = sorted({_room_of(service, handler.function) for handler in each.handlers})
        yield f"`{each.producer}.{each.aggregate}`", ", ".join(facts), each.mode.value, ", ".join(rooms)


def _fact(event: type[Event]) -> str:
    return event.fact if event.version == 1 else f"{event.fact} v{event.version}"


def _timers(service: Service) -> Iterator[tuple[str, str, str]]:
    """One row for each handler: a handler of many kinds is told once."""
    kinds: dict[TimerFunction, list[str]] = {}
    for router in service.timer_routers:
        for kind, function in sorted(router.handlers.items()):
            kinds.setdefault(function, []).append(f"`{kind}`")
    for function, named in sorted(kinds.items(), key=lambda item: item[1]):
        yield ", ".join(named), _summary(function), _room_of(service, function)


def _gauges(service: Service) -> Iterator[tuple[str, str, str]]:
    for room in service.rooms:
        for gauge in room.gauges:
            labels = f"{{{','.join(gauge.labels)}}}" if gauge.labels else ""
            yield f"`{gauge.name}{labels}`", gauge.help, f"`{room.name}`"


def _tables(service: Service) -> Iterator[tuple[str, str, str, str]]:
    """Mapped tables and those only SQL knows; the chassis's own, equal in every service, are left out."""
    guards = {entry.table: entry for entry in service.guarded}
    mapped = {str(mapper.local_table): mapper.class_ for mapper in service.base.registry.mappers}
    owners = {entry.table: room.name for room in service.rooms for entry in room.guarded}
    for name in sorted({*service.base.metadata.tables, *guards}):
        owner = f"`{owners[name]}`" if name in owners else ""
        yield f"`{name}`", _summary(mapped.get(name)), _seen(guards.get(name)), owner


def _seen(guard: Guarded | ChildOf | Open | None) -> str:
    match guard:
        case Guarded(resource=resource):
            return f"as `{resource}` is granted"
        case ChildOf(parent=parent):
            return f"with its row of `{parent}`"
        case Open():
            return "every row"
        case _:
            return "no row"


def _room_of(service: Service, declared: object) -> str:
    package, room, *_ = [*str(getattr(declared, "__module__", "")).split("."), ""]
    return f"`{room}`" if package == service.name else COMMON


def _summary(documented: object) -> str:
    """The first sentence of a docstring, fit for a cell of a table; empty without a docstring."""
    paragraph = " ".join((getattr(documented, "__doc__", None) or "").partition("\n\n")[0].split())
    sentence = re.split(r"(?<=[.!?]) (?=[A-Z`])", paragraph, maxsplit=1)[0]
    return sentence.replace("``", "`").replace("|", "\\|")
