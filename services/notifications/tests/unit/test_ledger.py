"""The ledger row: whatever happens, a message is handed over only by an attempt somebody asked for."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from chassis.errors import DomainError
from contracts.identifiers import MessageChannel
from contracts.notifications import MessageFailed, MessageSent
from contracts.sealed import Sealed
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from notifications.channels.letter import Letter
from notifications.kinds import MessageKind
from notifications.messages.letter_data import ApplicationReceived
from notifications.messages.model import FINAL, GIVE_UP_AFTER, LONGEST_RETRY, Message, MessageState

NOW = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
LETTER = Sealed[Letter](key_id=uuid4(), key_version=1, nonce="", ciphertext="")


def message() -> Message:
    ids = {name: uuid4() for name in ("id", "person_id", "child_id", "about_id", "organisation_id", "correlation_id")}
    row = Message(
        **ids,
        kind=MessageKind.APPLICATION_RECEIVED,
        region="smolensk",
        territory="smolensk",
        channel=MessageChannel.EMAIL,
        state=MessageState.PLANNED,
        occasion="1",
        created_at=NOW,
        planned_for=NOW,
        give_up_at=NOW + GIVE_UP_AFTER,
        attempts=0,
        version=0,
    )
    row.facts = ApplicationReceived(number="МРЦ-2026-1", call_back_due=NOW, provisional=False)
    return row


def test_facts_survive_the_database() -> None:
    assert message().facts == ApplicationReceived(number="МРЦ-2026-1", call_back_due=NOW, provisional=False)


def test_what_was_sent_is_final() -> None:
    row = message()
    row.begin(MessageChannel.EMAIL, LETTER, "v", NOW)
    row.taken(MessageChannel.EMAIL, None, NOW)
    decisions: tuple[Callable[[], object], ...] = (
        lambda: row.resend(NOW),
        lambda: row.confirm(MessageChannel.PHONE, NOW),
        lambda: row.cancel("x"),
    )
    for decide in decisions:
        with pytest.raises(DomainError):
            decide()


def test_an_unknown_outcome_is_never_sent_again_unasked() -> None:
    row = message()
    row.begin(MessageChannel.EMAIL, LETTER, "v", NOW)
    row.lose_track()
    with pytest.raises(DomainError):
        row.begin(MessageChannel.EMAIL, LETTER, "v", NOW)
    row.resend(NOW)
    row.begin(MessageChannel.EMAIL, LETTER, "v", NOW)
    assert row.attempts == 2


def test_retries_slow_down_and_end_with_a_person() -> None:
    row, now = message(), NOW
    waits = []
    while row.state is MessageState.PLANNED:
        row.begin(MessageChannel.EMAIL, LETTER, "v", now)
        row.try_again("channel_unavailable", now)
        waits.append(row.planned_for - now)
        now = row.planned_for
    assert row.state is MessageState.FAILED
    assert waits[0] == timedelta(seconds=10)
    assert max(waits[:-1]) == LONGEST_RETRY
    assert timedelta(0) <= now - (NOW + GIVE_UP_AFTER) <= LONGEST_RETRY


class Ledger(RuleBasedStateMachine):
    """Random histories of one row, with the mail server's side counted apart."""

    def __init__(self) -> None:
        super().__init__()
        self.row = message()
        self.now = NOW
        self.asked = 1
        self.offered = 0

    @rule(minutes=st.integers(0, 5000))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @precondition(lambda self: self.row.state is MessageState.PLANNED)
    @rule()
    def claim(self) -> None:
        self.row.begin(MessageChannel.EMAIL, LETTER, "v", self.now)
        self.offered += 1

    @precondition(lambda self: self.row.state in {MessageState.SENDING, MessageState.UNKNOWN})
    @rule()
    def the_server_took_it(self) -> None:
        self.row.taken(MessageChannel.EMAIL, None, self.now)

    @precondition(lambda self: self.row.state in {MessageState.SENDING, MessageState.UNKNOWN})
    @rule()
    def the_server_did_not_take_it(self) -> None:
        self.row.try_again("channel_unavailable", self.now)
        self.asked += self.row.state is MessageState.PLANNED

    @precondition(lambda self: self.row.state in {MessageState.SENDING, MessageState.UNKNOWN})
    @rule()
    def the_server_refused(self) -> None:
        self.row.fail("address_refused")

    @precondition(lambda self: self.row.state is MessageState.SENDING)
    @rule()
    def crash(self) -> None:
        self.row.lose_track()

    @precondition(lambda self: self.row.state is MessageState.PLANNED)
    @rule()
    def cancel(self) -> None:
        self.row.cancel("outdated")

    @rule()
    def a_person_resends(self) -> None:
        if self.row.state in {MessageState.UNKNOWN, MessageState.FAILED}:
            self.row.resend(self.now)
            self.asked += 1
        else:
            with pytest.raises(DomainError):
                self.row.resend(self.now)

    @rule()
    def a_person_confirms(self) -> None:
        if self.row.state in {MessageState.UNKNOWN, MessageState.FAILED}:
            self.row.confirm(MessageChannel.PHONE, self.now)
        else:
            with pytest.raises(DomainError):
                self.row.confirm(MessageChannel.PHONE, self.now)

    @invariant()
    def nothing_is_offered_unasked(self) -> None:
        assert self.offered <= self.asked
        assert self.row.attempts == self.offered

    @invariant()
    def facts_tell_the_state(self) -> None:
        facts = [event for _, event, _ in self.row.__dict__.get("_recorded", ())]
        sent = [event for event in facts if isinstance(event, MessageSent)]
        assert len(sent) == (self.row.state is MessageState.SENT)
        assert (self.row.sent_at is not None) == (self.row.state is MessageState.SENT)
        if self.row.state is MessageState.FAILED:
            assert isinstance(facts[-1], MessageFailed)
        if self.row.state in {MessageState.FAILED, MessageState.UNKNOWN, MessageState.CANCELLED}:
            assert self.row.reason_code

    @invariant()
    def final_is_final(self) -> None:
        assert {MessageState.SENT, MessageState.CANCELLED} == FINAL


TestLedger = Ledger.TestCase
TestLedger.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
