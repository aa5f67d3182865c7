"""A process waits for servers that are away, for a while; it refuses what is wrong at once."""

from collections.abc import Iterator

import pytest
from chassis.run import safety
from chassis.run.safety import UnsafeError, once_it_answers


async def test_it_asks_until_there_is_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(safety, "PAUSE_SECONDS", 0.001)
    answers: Iterator[Exception | str] = iter([ConnectionRefusedError(), TimeoutError(), "here"])

    async def ask() -> str:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    assert await once_it_answers("NATS", ask) == "here"


async def test_a_server_that_stays_away_is_named_without_a_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(safety, "PATIENCE_SECONDS", 0)

    async def ask() -> None:
        raise ConnectionRefusedError

    with pytest.raises(UnsafeError, match="PostgreSQL has not answered"):
        await once_it_answers("PostgreSQL", ask)


async def test_a_refusal_is_final() -> None:
    async def ask() -> None:
        raise UnsafeError("fsync must be on")

    with pytest.raises(UnsafeError, match="fsync"):
        await once_it_answers("PostgreSQL", ask)
