"""What the clients saw: every attempt with its outcome. An unknown outcome is never counted as a failure."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from uuid import UUID

FAULTY = " without Retry-After"
"""Mark of an answer that calls an outage a fault of ours."""


class Outcome(StrEnum):
    """How an attempt ended for the client."""

    OK = "ok"
    """Answered 2xx: the effect is promised."""
    FAIL = "fail"
    """Refused: there is no effect."""
    INFO = "info"
    """No answer, or one that says nothing: the effect may be there."""


class Command(StrEnum):
    """The steps from the form to the open file."""

    SUBMIT = "submit"
    TAKE = "take"
    CALL = "call"
    HAND_OVER = "hand_over"
    ACCEPT = "accept"


@dataclass(slots=True)
class Attempt:
    """One request. ``began`` and ``ended`` in seconds of one monotonic clock; ``said`` is the status or the error."""

    application_id: UUID
    command: Command
    began: float
    ended: float = 0.0
    outcome: Outcome = Outcome.INFO
    said: str = ""


@dataclass
class History:
    """Every attempt, in the order of its beginning."""

    attempts: list[Attempt] = field(default_factory=list)

    @contextmanager
    def attempt(self, application_id: UUID, command: Command) -> Iterator[Attempt]:
        """Entered with the request, left with its answer; an exception leaves the outcome unknown."""
        made = Attempt(application_id, command, time.monotonic())
        self.attempts.append(made)
        try:
            yield made
        finally:
            made.ended = time.monotonic()

    def done(self, command: Command) -> set[UUID]:
        """The applications whose command was answered 2xx at least once."""
        return {one.application_id for one in self.attempts if one.command is command and one.outcome is Outcome.OK}

    def begun(self, command: Command) -> set[UUID]:
        """The applications for which it was tried."""
        return {one.application_id for one in self.attempts if one.command is command}

    def refusals(self) -> list[str]:
        """What was refused, or answered as a fault, although the client did everything right."""
        return [f"{one.command} {one.application_id}: {one.said}" for one in self.attempts if _refused(one)]

    def summary(self) -> str:
        """One line for people."""
        outcomes = Counter(one.outcome for one in self.attempts)
        counted = ", ".join(f"{outcomes[outcome]} {outcome}" for outcome in Outcome)
        return f"{len(self.begun(Command.SUBMIT))} applications, {len(self.attempts)} attempts: {counted}"

    def write(self, path: Path) -> None:
        """As JSON lines, for a look afterwards."""
        path.write_text("".join(json.dumps(asdict(one), default=str) + "\n" for one in self.attempts))


def _refused(attempt: Attempt) -> bool:
    return attempt.outcome is Outcome.FAIL or attempt.said.endswith(FAULTY)
