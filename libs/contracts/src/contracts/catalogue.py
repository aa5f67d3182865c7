"""Every event of the platform by type: one source for the relay, the consumers, the schemas and the event map."""

from __future__ import annotations

from contracts import cases, intake, notifications, scheduling
from contracts.event import DECLARED, Event

PRODUCERS = tuple(module.__name__.rsplit(".", 1)[-1] for module in (intake, cases, scheduling, notifications))
CATALOGUE: dict[str, type[Event]] = {
    name: event for name, event in sorted(DECLARED.items()) if event.__module__.startswith("contracts.")
}


class UnknownEventError(LookupError):
    """The type is not in the catalogue: a newer producer, or not an event of ours."""


def event_class(name: str) -> type[Event]:
    """The class of an event type; raises `UnknownEventError`."""
    try:
        return CATALOGUE[name]
    except KeyError:
        raise UnknownEventError(name) from None


def decode(name: str, payload: bytes | str) -> Event:
    """Read a JSON payload by its type; fields of a newer producer are passed over.

    Raises `UnknownEventError` or ``pydantic.ValidationError``.
    """
    return event_class(name).model_validate_json(payload, extra="ignore")


def aggregates(producer: str) -> tuple[str, ...]:
    """The aggregates a service publishes facts about."""
    return tuple(sorted({event.aggregate for event in CATALOGUE.values() if event.producer == producer}))


def stream(producer: str) -> str:
    """The JetStream stream that holds every event of one service."""
    return f"EVT_{producer.upper()}"


def newest(fact_name: str) -> type[Event]:
    """The newest version of a fact."""
    versions = [event for event in CATALOGUE.values() if event.fact_name() == fact_name]
    return max(versions, key=lambda event: event.version)
