"""A bird in the mine: invented personal data that must never come out in logs or traces."""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from chassis.telemetry import logs
from chassis.telemetry.tracing import start_tracing


class _Kept(logging.Handler):
    """Keeps each line as it would be written."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@dataclass
class Canary:
    """Values to feed in. ``check`` looks for them in every log record and span since the start."""

    mark: str = field(default_factory=lambda: secrets.token_hex(4))
    _kept: _Kept = field(default_factory=_Kept)
    _spans: InMemorySpanExporter = field(default_factory=InMemorySpanExporter)

    @property
    def name(self) -> str:
        return f"Канарейкина {self.mark}"

    @property
    def email(self) -> str:
        return f"{self.mark}@canary.example"

    @property
    def text(self) -> str:
        return f"жалоба {self.mark}"

    @property
    def lines(self) -> list[str]:
        """The log lines so far."""
        return self._kept.lines

    def __enter__(self) -> Self:
        root = logging.getLogger()
        self._before = root.handlers[:], root.level
        logs.configure("tests")
        self._kept.setFormatter(root.handlers[0].formatter)
        root.handlers = [*self._before[0], self._kept]
        start_tracing("tests", None, record=True).add_span_processor(SimpleSpanProcessor(self._spans))
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        root = logging.getLogger()
        root.handlers, level = self._before
        root.setLevel(level)
        self._spans.shutdown()

    def check(self, *elsewhere: str) -> None:
        """Fail when the mark stands in a log line, a span, or a text given (outbox payloads, messages of the bus)."""
        spans = [
            f"{span.name} {dict(span.attributes or {})} {span.events}" for span in self._spans.get_finished_spans()
        ]
        found = [line for line in (*self._kept.lines, *spans, *elsewhere) if self.mark in line]
        assert not found, f"personal data in {len(found)} places, first: {found[0][:300]}"
