"""One message to one person: planned, handed to a channel once, and how that ended. Nothing is sent twice unasked."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from chassis.aggregate import Aggregate
from chassis.errors import DomainError, Kind
from contracts.identifiers import MessageChannel
from contracts.notifications import MessageFailed, MessageSent
from contracts.sealed import Sealed
from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from notifications.channels.letter import Letter
from notifications.kinds import MessageKind
from notifications.messages.letter_data import FACTS, Facts
from notifications.tables import Base, ModelColumn

FIRST_RETRY = timedelta(seconds=5)
LONGEST_RETRY = timedelta(minutes=15)
GIVE_UP_AFTER = timedelta(days=3)
"""How long a channel that does not answer is tried before a person is asked."""

SealedLetter = Sealed[Letter]


class MessageState(StrEnum):
    """Where a message stands. ``unknown``: the channel may have taken it; only a person decides what then."""

    PLANNED = "planned"
    SENDING = "sending"
    SENT = "sent"
    UNKNOWN = "unknown"
    FAILED = "failed"
    CANCELLED = "cancelled"


_NEXT: dict[MessageState, frozenset[MessageState]] = {
    # Planned → sent: the answer to an attempt arrives after a person has asked for another one.
    MessageState.PLANNED: frozenset(
        {MessageState.SENDING, MessageState.CANCELLED, MessageState.FAILED, MessageState.SENT}
    ),
    MessageState.SENDING: frozenset(
        {MessageState.SENT, MessageState.PLANNED, MessageState.FAILED, MessageState.UNKNOWN}
    ),
    MessageState.UNKNOWN: frozenset({MessageState.SENT, MessageState.PLANNED, MessageState.FAILED}),
    MessageState.FAILED: frozenset({MessageState.SENT, MessageState.PLANNED}),
    MessageState.SENT: frozenset(),
    MessageState.CANCELLED: frozenset(),
}
FINAL = frozenset(state for state, following in _NEXT.items() if not following)


class Message(Aggregate, Base):
    """The ledger row. ``about_id`` is what it is about (application, appointment, plan, visit, trip), ``occasion``
    which telling of that: together with kind and child they say "the same message", once for ever."""

    __tablename__ = "messages"
    __table_args__ = (UniqueConstraint("kind", "about_id", "child_id", "occasion"),)

    kind: Mapped[MessageKind]
    region: Mapped[str]
    territory: Mapped[str]
    channel: Mapped[MessageChannel]
    state: Mapped[MessageState]
    person_id: Mapped[UUID]
    child_id: Mapped[UUID]
    about_id: Mapped[UUID]
    occasion: Mapped[str]
    organisation_id: Mapped[UUID]
    serving_organisation_id: Mapped[UUID | None]
    told: Mapped[dict[str, Any]]
    """The facts of the kind as JSON; see `facts`."""
    created_at: Mapped[datetime]
    planned_for: Mapped[datetime]
    give_up_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    sending_since: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    reason_code: Mapped[str | None]
    provider_reference: Mapped[str | None]
    template_version: Mapped[str | None]
    letter: Mapped[SealedLetter | None] = mapped_column(ModelColumn(SealedLetter))
    """What was said and to which address, sealed under the person's key: the proof."""
    correlation_id: Mapped[UUID]

    @property
    def facts(self) -> Facts:
        """What the message tells; change it by assigning."""
        return FACTS[self.kind].model_validate(self.told)

    @facts.setter
    def facts(self, facts: Facts) -> None:
        self.told = facts.model_dump(mode="json")

    def begin(self, channel: MessageChannel, letter: SealedLetter, template_version: str, now: datetime) -> None:
        """About to be handed over: from the commit of this on, nobody else does."""
        self._move(MessageState.SENDING)
        self.channel, self.letter, self.template_version = channel, letter, template_version
        self.attempts += 1
        self.sending_since, self.reason_code = now, None

    def wait_until(self, moment: datetime) -> None:
        """Not now: quiet hours."""
        self.planned_for = moment

    def taken(self, channel: MessageChannel, reference: str | None, now: datetime) -> None:
        """The channel has it."""
        self._move(MessageState.SENT)
        self.channel, self.provider_reference, self.sent_at, self.reason_code = channel, reference, now, None
        self.record(MessageSent(**self._common(), sent_at=now))

    def try_again(self, reason_code: str, now: datetime) -> None:
        """Certainly not taken: planned again with growing delay, and given up after ``give_up_at``."""
        if now > self.give_up_at:
            self.fail(reason_code)
            return
        if self.state is not MessageState.PLANNED:
            self._move(MessageState.PLANNED)
        self.reason_code, self.sending_since = reason_code, None
        self.planned_for = now + min(FIRST_RETRY * 2 ** min(self.attempts, 10), LONGEST_RETRY)

    def not_ready(self, reason_code: str, now: datetime) -> None:
        """The message could not even be written yet; counts as an attempt, so that the delay grows."""
        self.attempts += 1
        self.try_again(reason_code, now)

    def fail(self, reason_code: str) -> None:
        """The family was not told; a person has to act."""
        self._move(MessageState.FAILED)
        self.reason_code, self.sending_since = reason_code, None
        self.record(MessageFailed(**self._common(), reason_code=reason_code))

    def lose_track(self) -> None:
        """Nobody knows whether the channel took it; it is listed and never sent again unasked."""
        self._move(MessageState.UNKNOWN)
        self.reason_code = "outcome_unknown"

    def cancel(self, reason_code: str) -> None:
        """No longer true, or no longer wanted, before it was sent."""
        self._move(MessageState.CANCELLED)
        self.reason_code = reason_code

    def resend(self, now: datetime) -> None:
        """A person asks for another attempt; raises 409 ``message_not_open``."""
        self._asked_of_a_person()
        self._move(MessageState.PLANNED)
        self.planned_for, self.give_up_at = now, now + GIVE_UP_AFTER
        self.reason_code, self.sending_since = None, None

    def confirm(self, channel: MessageChannel, now: datetime) -> None:
        """A person knows that the family was told, and by which channel; raises 409 ``message_not_open``."""
        self._asked_of_a_person()
        self.taken(channel, None, now)

    def _asked_of_a_person(self) -> None:
        if self.state not in {MessageState.UNKNOWN, MessageState.FAILED}:
            raise DomainError(
                "message_not_open",
                Kind.CONFLICT,
                ru="Решение нужно только по сообщению с неясным исходом или недоставленному.",
                en="Only a message with an unclear outcome or one that was not delivered waits for a decision.",
                state=str(self.state),
            )

    def _move(self, to: MessageState) -> None:
        if to not in _NEXT[self.state]:
            raise DomainError(
                "message_state",
                Kind.CONFLICT,
                ru="Для сообщения в этом состоянии действие невозможно.",
                en="The message is in a state that does not allow this.",
                state=str(self.state),
            )
        self.state = to

    def _common(self) -> dict[str, Any]:
        return {
            "message_id": self.id,
            "kind": self.kind,
            "region": self.region,
            "channel": self.channel,
            "person_id": self.person_id,
            "about_id": self.about_id,
        }
