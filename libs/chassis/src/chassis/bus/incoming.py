"""Reads a message of the bus: headers become the envelope, the payload becomes the event, judged by relevance."""

from __future__ import annotations

from uuid import NAMESPACE_OID, uuid5

from contracts.event import DECLARED, Envelope, Event

from chassis.bus.ordering import Incoming, Message, Relevance
from chassis.bus.router import Delivery, Subscription
from chassis.data.outbox import TWIN_HEADER


class UnreadableError(ValueError):
    """A message whose headers or payload are not what the contract says."""


def read(message: Message, subscription: Subscription, stream_sequence: int = 0, *, deliveries: int = 1) -> Incoming:
    """Read a message. Never raises: an unreadable message comes back with its fault."""
    headers = message.headers or {}
    try:
        envelope = Envelope.parse(headers)
        fact, version = _split(envelope)
    except (KeyError, ValueError, TypeError) as error:
        place = uuid5(NAMESPACE_OID, f"{subscription.stream}/{stream_sequence}")
        return Incoming(message, place, stream_sequence, Relevance.UNREADABLE, fault=error, deliveries=deliveries)
    handled = subscription.events.get(fact)
    relevance = _relevance(handled, version, twin=TWIN_HEADER in headers)
    delivery: Delivery | None = None
    fault: Exception | None = None
    if handled and relevance is Relevance.HANDLED:
        try:
            delivery = Delivery(_event(envelope, message.data, handled), envelope)
        except ValueError as error:  # pydantic's ValidationError is one
            relevance, fault = Relevance.UNREADABLE, error
    return Incoming(message, envelope.id, stream_sequence, relevance, envelope, delivery, fault, deliveries)


def _split(envelope: Envelope) -> tuple[str, int]:
    """Fact name and version of a type such as ``intake.application.submitted.v2``."""
    if envelope.sequence < 1:
        raise UnreadableError("sequence below 1")
    fact, mark, version = envelope.type.rpartition(".v")
    if not mark or fact.count(".") != 2:
        raise UnreadableError("not an event type")
    return fact, int(version)


def _relevance(handled: type[Event] | None, version: int, *, twin: bool) -> Relevance:
    if handled is None:
        return Relevance.IGNORED
    # An older version without a twin mark was the newest when it was published: it is all there is of this fact.
    if version == handled.version or (version < handled.version and not twin):
        return Relevance.HANDLED
    return Relevance.TWIN


def _event(envelope: Envelope, payload: bytes, handled: type[Event]) -> Event:
    declared = handled if envelope.type == handled.type() else DECLARED.get(envelope.type)
    if declared is None:
        raise UnreadableError(f"{envelope.type} is not declared")
    event = declared.model_validate_json(payload)
    if not isinstance(event, handled):
        event = event.upcast()
    if not isinstance(event, handled):
        raise UnreadableError(f"{envelope.type} has no upcast to {handled.type()}")
    return event
