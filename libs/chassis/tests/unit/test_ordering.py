"""A consumer's decisions on order, for any order of arrival."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from chassis.bus.ordering import Course, Incoming, Position, Relevance, Verdict
from chassis.clock import new_id
from contracts.event import Envelope
from hypothesis import given
from hypothesis import strategies as st


@dataclass(frozen=True)
class Message:
    subject: str = "evt.x.y.z.v1"
    data: bytes = b"{}"
    headers: dict[str, str] | None = None


PIECE = UUID(int=1)


def incoming(sequence: int, place: int | None = None, relevance: Relevance = Relevance.HANDLED) -> Incoming:
    envelope = Envelope(new_id(), "x.y.z.v1", datetime.now(UTC), PIECE, sequence, new_id())
    return Incoming(Message(), envelope.id, place or sequence, relevance, envelope)


def verdicts(course: Course, *batch: Incoming) -> list[Verdict]:
    return [step.verdict for step in course.walk(batch)]


@given(st.permutations(range(1, 9)), st.integers(0, 8))
def test_a_batch_with_everything_is_taken_whole_whatever_its_order(order: list[int], reached: int) -> None:
    course = Course({PIECE: Position(reached)} if reached else {}, ordered=True)
    steps = course.walk([incoming(sequence) for sequence in order])
    taken = [step.incoming.stream_sequence for step in steps if step.verdict is Verdict.APPLY]
    assert taken == list(range(reached + 1, 9))
    assert all(step.verdict in {Verdict.APPLY, Verdict.PASS} for step in steps)


@given(st.lists(st.lists(st.integers(1, 8), min_size=1, max_size=4), max_size=40))
def test_whatever_arrives_facts_are_applied_in_sequence_without_repeat(batches: list[list[int]]) -> None:
    known: dict[UUID, Position] = {}
    applied: list[int] = []
    for batch in batches:
        course = Course(known, ordered=True)
        steps = course.walk([incoming(sequence) for sequence in batch])
        applied += [step.incoming.stream_sequence for step in steps if step.verdict is Verdict.APPLY]
        known = known | course.reached
    assert applied == list(range(1, len(applied) + 1))


def test_ignored_facts_advance_and_twins_do_not() -> None:
    course = Course({}, ordered=True)
    batch = [incoming(1, 1, Relevance.IGNORED), incoming(2, 2, Relevance.TWIN), incoming(2, 3), incoming(3, 4)]
    assert verdicts(course, *batch) == [Verdict.ADVANCE, Verdict.PASS, Verdict.APPLY, Verdict.APPLY]


def test_behind_an_unreadable_fact_later_ones_are_parked_but_gaps_still_wait() -> None:
    course = Course({}, ordered=True)
    batch = [incoming(1), incoming(2, 2, Relevance.UNREADABLE), incoming(3), incoming(5)]
    assert verdicts(course, *batch) == [Verdict.APPLY, Verdict.REFUSE, Verdict.PARK, Verdict.WAIT]
    assert course.reached[PIECE] == Position(3, batch[1].id)


def test_a_blocked_aggregate_stays_blocked_in_the_next_batch() -> None:
    course = Course({PIECE: Position(3, UUID(int=7))}, ordered=True)
    assert verdicts(course, incoming(4, relevance=Relevance.IGNORED)) == [Verdict.PARK]
    assert course.reached[PIECE] == Position(4, UUID(int=7))


def test_an_unordered_durable_blocks_nothing() -> None:
    course = Course({}, ordered=False)
    batch = [incoming(4, 1, Relevance.UNREADABLE), incoming(3, 2), incoming(6, 3)]
    assert verdicts(course, *batch) == [Verdict.REFUSE, Verdict.PASS, Verdict.APPLY]
    assert course.reached[PIECE] == Position(6)
