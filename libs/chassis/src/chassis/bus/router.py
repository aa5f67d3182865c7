"""Subscriptions of rooms: handlers by event, collected into one durable per producer, aggregate and mode."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import groupby
from typing import Any, Concatenate, NamedTuple, TypeVar

from contracts.catalogue import stream
from contracts.event import Envelope, Event

from chassis.work.unit import Unit

E = TypeVar("E", bound=Event)
BatchFunction = Callable[[Sequence["Delivery"], "Unit"], Awaitable[None]]
Decorated = TypeVar("Decorated", bound=Callable[..., Awaitable[None]])


class Delivery(NamedTuple):
    """One event with the envelope it came in."""

    event: Event
    envelope: Envelope


class Mode(StrEnum):
    """How a durable treats order."""

    ORDERED = "ordered"
    """Every fact of the aggregate in sequence, one handler call each."""
    BATCH = "batch"
    """Every fact of the aggregate in sequence, many per handler call (projections)."""
    LATEST = "latest"
    """One fact, whose newer occurrence replaces an older one; gaps do not matter."""


class Handler(NamedTuple):
    """A subscriber function and the events it takes."""

    events: tuple[type[Event], ...]
    function: Callable[..., Awaitable[None]]
    mode: Mode

    parameters: tuple[str, ...]
    """What it takes beside the event or the deliveries: ``unit``, and ``envelope`` where it wants it."""

    async def call(self, what: Event | Sequence[Delivery], **offered: object) -> None:
        """Call the function with the event (or deliveries) and those of ``offered`` it asks for."""
        await self.function(what, **{name: offered[name] for name in self.parameters})


class EventRouter:
    """Collects the subscribers of one room::

        @router.on(ApplicationAccepted)
        async def opened(event: ApplicationAccepted, unit: Unit) -> None: ...

    A subscriber runs in one transaction with its inbox row and never commits or publishes itself. An error with a
    permanent kind sends the message to the dead letters at once, any other error after five tries.
    """

    def __init__(self) -> None:
        self.handlers: list[Handler] = []

    def on(
        self, event: type[E], *, ordered: bool = True
    ) -> Callable[[Callable[Concatenate[E, ...], Awaitable[None]]], Callable[Concatenate[E, ...], Awaitable[None]]]:
        """Subscribe to one event; the function takes the event, ``unit`` and, optionally, ``envelope``.

        ``ordered=False`` is for facts that carry a whole state: an occurrence older than the last one is passed over.
        """
        return self._register((event,), Mode.ORDERED if ordered else Mode.LATEST)

    def batch(self, *events: type[Event]) -> Callable[[BatchFunction], BatchFunction]:
        """Subscribe a projection to many events; the function gets whole batches, each aggregate's facts in order."""
        return self._register(events, Mode.BATCH)

    def including(self, *others: EventRouter) -> EventRouter:
        """This router with the subscribers of others behind its own, in their order: a room in several files."""
        self.handlers += [handler for other in others for handler in other.handlers]
        return self

    def _register(self, events: tuple[type[Event], ...], mode: Mode) -> Callable[[Any], Any]:
        def register(function: Decorated) -> Decorated:
            offered = ("unit",) if mode is Mode.BATCH else ("unit", "envelope")
            self.handlers.append(Handler(events, function, mode, _parameters(function, offered)))
            return function

        return register


@dataclass(frozen=True)
class Subscription:
    """One durable consumer: what it reads and which functions it calls.

    ``fact`` is set in mode LATEST only.
    """

    producer: str
    aggregate: str
    mode: Mode
    handlers: tuple[Handler, ...]
    fact: str | None = None

    @cached_property
    def events(self) -> dict[str, type[Event]]:
        """The one handled version of each fact, by fact name; raises ``TypeError`` when two are handled."""
        handled: dict[str, type[Event]] = {}
        for event in self._taken():
            if handled.setdefault(event.fact_name(), event) is not event:
                raise TypeError(f"{event.fact_name()} is handled in two versions by one durable")
        return handled

    def _taken(self) -> Iterable[type[Event]]:
        for handler in self.handlers:
            for event in handler.events:
                if _key(event, handler.mode) == (self.producer, self.aggregate, self.mode, self.fact or ""):
                    yield event

    @property
    def ordered(self) -> bool:
        return self.mode is not Mode.LATEST

    @property
    def stream(self) -> str:
        return stream(self.producer)

    @property
    def filter_subject(self) -> str:
        """Ordered durables see the whole aggregate, for they advance over the facts they ignore."""
        if self.fact:
            return f"evt.{self.producer}.{self.aggregate}.{self.fact}.>"
        return f"evt.{self.producer}.{self.aggregate}.>"

    def durable(self, service: str) -> str:
        """The durable's name, such as ``cases__intake_application``."""
        name = f"{service}__{self.producer}_{self.aggregate}"
        if self.mode is Mode.BATCH:
            return f"{name}__batch"
        return f"{name}__{self.fact}" if self.fact else name


def _parameters(function: Callable[..., object], offered: tuple[str, ...]) -> tuple[str, ...]:
    _, *asked = inspect.signature(function).parameters
    if unknown := set(asked) - set(offered):
        raise TypeError(f"{function.__qualname__} asks for {', '.join(sorted(unknown))}; offered: {', '.join(offered)}")
    return tuple(asked)


def _key(event: type[Event], mode: Mode) -> tuple[str, str, Mode, str]:
    return event.producer, event.aggregate, mode, event.fact if mode is Mode.LATEST else ""


def subscriptions(routers: Iterable[EventRouter]) -> list[Subscription]:
    """The durables a service needs for all its rooms; raises ``TypeError`` for contradicting handlers."""
    pairs = [(_key(event, h.mode), h) for router in routers for h in router.handlers for event in h.events]
    pairs.sort(key=lambda pair: pair[0])  # stable: rooms stay in the order they were given
    found = []
    for (producer, aggregate, mode, fact), group in groupby(pairs, key=lambda pair: pair[0]):
        handlers = tuple(dict.fromkeys(handler for _, handler in group))
        found.append(Subscription(producer, aggregate, mode, handlers, fact or None))
    for subscription in found:
        _ = subscription.events  # raises here rather than at the first message
    return found
