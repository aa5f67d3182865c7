"""What an event is: a frozen fact without personal data, and the envelope it travels in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict

SPEC_VERSION = "1.0"


class Event(BaseModel):
    """One fact about one aggregate, declared once and published by one service.

    Declared as ``class Submitted(Event, aggregate="application", fact="submitted", version=2)`` in the module or
    package of `contracts` named after its producer. Fields are ids, codes, numbers and dates; what a consumer cannot
    do without travels as ``Sealed``. Sequence, time and causes stand in the `Envelope`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    producer: ClassVar[str]
    aggregate: ClassVar[str]
    fact: ClassVar[str]
    version: ClassVar[int]

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        cls.producer = _producer(cls.__module__)
        cls.aggregate, cls.fact, cls.version = kwargs["aggregate"], kwargs["fact"], kwargs.get("version", 1)
        if cls.type() in DECLARED:
            raise TypeError(f"{cls.type()} is declared twice")
        DECLARED[cls.type()] = cls

    def __init_subclass__(cls, **_: Any) -> None:
        super().__init_subclass__()

    @classmethod
    def type(cls) -> str:
        """The CloudEvents type, such as ``intake.application.submitted.v2``."""
        return f"{cls.producer}.{cls.aggregate}.{cls.fact}.v{cls.version}"

    @classmethod
    def subject(cls) -> str:
        """The subject on the bus."""
        return f"evt.{cls.type()}"

    @classmethod
    def fact_name(cls) -> str:
        """The fact regardless of version, such as ``intake.application.submitted``."""
        return f"{cls.producer}.{cls.aggregate}.{cls.fact}"

    @property
    def aggregate_id(self) -> UUID:
        """The aggregate the fact is about: always the first declared field."""
        value = getattr(self, next(iter(type(self).model_fields)))
        assert isinstance(value, UUID)
        return value

    def twins(self) -> tuple[Event, ...]:
        """The same fact in the older versions that still have subscribers; published with the same sequence."""
        return ()

    def upcast(self) -> Event:
        """This event in the newest version of its fact; itself where it is the newest."""
        return self


def _producer(module: str) -> str:
    package, _, within = module.partition(".")
    return within.split(".")[0] if package == "contracts" else module.rpartition(".")[2]


DECLARED: dict[str, type[Event]] = {}
"""Every declared event by type; `contracts.catalogue` is the published part of it."""


class Moment(BaseModel):
    """A deadline as it travels: the due time and whether the calendar behind it is provisional."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    due_at: AwareDatetime
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class Envelope:
    """CloudEvents 1.0 attributes of one event, carried as NATS headers (binary mode)."""

    id: UUID
    type: str
    time: datetime
    subject: UUID
    sequence: int
    correlation_id: UUID
    causation_id: UUID | None = None
    traceparent: str | None = None

    @property
    def source(self) -> str:
        return self.type.split(".", 1)[0]

    def headers(self) -> dict[str, str]:
        """The headers to publish with; ``Nats-Msg-Id`` lets the server drop a relay's retry."""
        headers = {
            "Nats-Msg-Id": str(self.id),
            "content-type": "application/json",
            "ce-specversion": SPEC_VERSION,
            "ce-id": str(self.id),
            "ce-type": self.type,
            "ce-source": self.source,
            "ce-time": self.time.isoformat(),
            "ce-subject": str(self.subject),
            "ce-sequence": str(self.sequence),
            "ce-correlationid": str(self.correlation_id),
        }
        if self.causation_id:
            headers["ce-causationid"] = str(self.causation_id)
        if self.traceparent:
            headers["traceparent"] = self.traceparent
        return headers

    @classmethod
    def parse(cls, headers: dict[str, str]) -> Envelope:
        """Read the headers of a received message; raises ``ValueError`` or ``KeyError`` where they are not ours."""
        causation = headers.get("ce-causationid")
        return cls(
            id=UUID(headers["ce-id"]),
            type=headers["ce-type"],
            time=datetime.fromisoformat(headers["ce-time"]),
            subject=UUID(headers["ce-subject"]),
            sequence=int(headers["ce-sequence"]),
            correlation_id=UUID(headers["ce-correlationid"]),
            causation_id=UUID(causation) if causation else None,
            traceparent=headers.get("traceparent"),
        )
