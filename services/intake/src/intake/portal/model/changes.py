"""A request to change data that a consultant decides on (D0-17)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, Literal
from uuid import UUID

import workdays
from chassis.aggregate import Aggregate
from chassis.errors import DomainError, Kind
from contracts.event import Moment
from contracts.intake import DataChangeDecided, DataChangeDueMoved, DataChangeRequested
from contracts.personal import Personal
from sqlalchemy import ARRAY, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from intake.tables import Base

Decision = Literal["accepted", "declined", "withdrawn"]


class DataChangeState(StrEnum):
    REQUESTED = "requested"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class Wanted(Personal):
    """The changed fields with their new values, sealed under the child's key."""

    values: dict[str, Any]


class DataChange(Aggregate, Base):
    """A request of the family to change its data. Only one waits at a time."""

    __tablename__ = "data_changes"
    __table_args__ = (
        Index(
            "uq_data_changes_questionnaire_id_waiting",
            "questionnaire_id",
            unique=True,
            postgresql_where="state = 'requested'",
        ),
    )

    questionnaire_id: Mapped[UUID] = mapped_column(ForeignKey("questionnaires.id"))
    region: Mapped[str]
    territory: Mapped[str]
    principal_id: Mapped[UUID] = mapped_column(index=True)
    organisation_id: Mapped[UUID] = mapped_column(index=True)
    consultant_id: Mapped[UUID]
    child_id: Mapped[UUID]
    state: Mapped[DataChangeState]
    fields: Mapped[list[str]] = mapped_column(ARRAY(Text))
    wanted: Mapped[dict[str, Any]]
    reason_code: Mapped[str | None]
    requested_at: Mapped[datetime]
    due_at: Mapped[datetime]
    explanation: Mapped[dict[str, Any]]
    decided_at: Mapped[datetime | None]

    def requested(self, due: workdays.Deadline) -> None:
        """The request waits for the consultant."""
        self.state, self.due_at, self.explanation = DataChangeState.REQUESTED, due.due_at, due.explanation.to_json()
        self.record(
            DataChangeRequested(
                data_change_id=self.id,
                questionnaire_id=self.questionnaire_id,
                region=self.region,
                territory=self.territory,
                organisation_id=self.organisation_id,
                consultant_id=self.consultant_id,
                child_id=self.child_id,
                fields=frozenset(self.fields),
                requested_at=self.requested_at,
                due=Moment(due_at=due.due_at, provisional=due.provisional),
            )
        )

    def move_due(self, due: workdays.Deadline, now: datetime) -> None:
        """Take over a term computed again with a changed calendar."""
        if due.due_at != self.due_at:
            self.due_at, self.explanation = due.due_at, due.explanation.to_json()
            moment = Moment(due_at=due.due_at, provisional=due.provisional)
            self.record(DataChangeDueMoved(data_change_id=self.id, due=moment, moved_at=now))

    def decide(self, decision: Decision, reason_code: str | None, now: datetime) -> None:
        """Accepted, declined with a reason of the pack, or taken back by the family; once."""
        if self.state is not DataChangeState.REQUESTED:
            raise already_decided(self.state)
        self.state, self.reason_code, self.decided_at = DataChangeState(decision), reason_code, now
        self.record(
            DataChangeDecided(
                data_change_id=self.id,
                questionnaire_id=self.questionnaire_id,
                region=self.region,
                child_id=self.child_id,
                decision=decision,
                reason_code=reason_code,
                decided_at=now,
            )
        )


def already_decided(state: DataChangeState) -> DomainError:
    return DomainError(
        "already_decided",
        Kind.CONFLICT,
        ru="По этому запросу уже есть решение.",
        en="This request has been decided already.",
        state=str(state),
    )
