"""The canvas of a service: what its README shows of routes, events, timers and tables, read from the declaration."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from contracts.catalogue import CATALOGUE
from contracts.event import Event

from chassis.access.rls import ChildOf, Guarded, Open
from chassis.http.door import TransactionalRoute
from chassis.http.openapi import api_routes
from chassis.run.service import Service

BEGIN, END = "<!-- canvas: written by make schemas -->", "<!-- end of canvas -->"


class UnmarkedPageError(ValueError):
    """The page has no place for a canvas, or more than one."""


def placed(page: str, canvas: str) -> str:
    """The page with the canvas between its two markers; raises `UnmarkedPageError`."""
    if page.count(BEGIN) != 1 or page.count(END) != 1 or page.index(BEGIN) > page.index(END):
        raise UnmarkedPageError(f"the page needs {BEGIN!r} once, and {END!r} once after it")
    before, after = page.partition(BEGIN)[0], page.partition(END)[2]
    return f"{before}{BEGIN}\n{canvas}{END}{after}"


def canvas(service: Service) -> str:
    """Markdown tables of everything the service declares; the words are the first sentences of docstrings."""
    parts = [
        _table("Routes", ("route", "permission", "does"), _routes(service)),
        _table("Publishes", ("aggregate", "facts"), _published(service)),
        _table("Subscribes", ("from", "facts", "how"), _subscribed(service)),
        _table("Timers", ("timer", "does"), _timers(service)),
        _table("Tables", ("table", "holds", "seen by"), _tables(service)),
    ]
    return "\n".join(part for part in parts if part)


def _table(title: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(row)} |" for row in rows]
    if not lines:
        return ""
    return "\n".join([f"### {title}", "", f"| {' | '.join(head)} |", "|" + "---|" * len(head), *lines, ""])


def _routes(service: Service) -> Iterator[tuple[str, str, str]]:
    for route in api_routes(service.app()):
        if isinstance(route, TransactionalRoute):
            method = "/".join(sorted(route.methods or ()))
            yield f"`{method} {route.path}`", f"`{route.door.permission}`", _summary(route.endpoint)


def _published(service: Service) -> Iterator[tuple[str, str]]:
    facts: dict[str, list[str]] = {}
    for event in CATALOGUE.values():
        if event.producer == service.name:
            facts.setdefault(event.aggregate, []).append(_fact(event))
    yield from ((f"`{aggregate}`", ", ".join(sorted(named))) for aggregate, named in sorted(facts.items()))


def _subscribed(service: Service) -> Iterator[tuple[str, str, str]]:
    for each in service.subscriptions:
        facts = sorted(_fact(event) for event in each.events.values())
        yield f"`{each.producer}.{each.aggregate}`", ", ".join(facts), each.mode.value


def _fact(event: type[Event]) -> str:
    return event.fact if event.version == 1 else f"{event.fact} v{event.version}"


def _timers(service: Service) -> Iterator[tuple[str, str]]:
    handlers = {kind: function for router in service.timer_routers for kind, function in router.handlers.items()}
    yield from ((f"`{kind}`", _summary(function)) for kind, function in sorted(handlers.items()))


def _tables(service: Service) -> Iterator[tuple[str, str, str]]:
    guards = {entry.table: entry for entry in service.guarded}
    mapped = {mapper.local_table: mapper.class_ for mapper in service.base.registry.mappers}
    for name, table in sorted(service.base.metadata.tables.items()):
        yield f"`{name}`", _summary(mapped.get(table)), _seen(guards.get(name))


def _seen(guard: Guarded | ChildOf | Open | None) -> str:
    match guard:
        case Guarded(resource=resource):
            return f"readers of `{resource}`"
        case ChildOf(parent=parent):
            return f"with `{parent}`"
        case Open():
            return "everybody"
        case _:
            return "the worker"


def _summary(documented: object) -> str:
    """The first sentence of a docstring, fit for a cell of a table; empty without a docstring."""
    paragraph = " ".join((getattr(documented, "__doc__", None) or "").partition("\n\n")[0].split())
    return re.split(r"(?<=[.!?]) (?=[A-Z`])", paragraph, maxsplit=1)[0].replace("|", "\\|")
