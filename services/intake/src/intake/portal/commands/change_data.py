"""A change of data is a request a consultant decides on, never a direct edit (D0-17)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal
from uuid import UUID

import workdays
from chassis.aggregate import Aggregate
from chassis.errors import DomainError, Kind, invalid, not_found
from chassis.work import Unit
from contracts.event import Moment
from contracts.identifiers import Code
from contracts.intake import DataChangeDecided, DataChangeDueMoved, DataChangeRequested
from contracts.personal import Personal
from contracts.sealed import PersonKey, Sealed, seal, unseal
from pydantic import model_validator
from sqlalchemy import ARRAY, ForeignKey, Index, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from intake.accounts.commands import recognised
from intake.particulars.requests import Versioned
from intake.portal.answers import Answers
from intake.portal.commands.decide_questionnaire import reason_unknown
from intake.portal.commands.fill_questionnaire import (
    checked,
    opened,
    require_complete,
    responsible,
    sealed,
    watch_document,
)
from intake.portal.pack import PortalPack
from intake.portal.questionnaire import Questionnaire
from intake.portal.questionnaire import require_state as require_questionnaire
from intake.tables import Base
from intake.terms import computed

HAND_OVER = "hand_over_questionnaire"
Decision = Literal["accepted", "declined", "withdrawn"]


class State(StrEnum):
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
    state: Mapped[State]
    fields: Mapped[list[str]] = mapped_column(ARRAY(Text))
    wanted: Mapped[dict[str, Any]]
    reason_code: Mapped[str | None]
    requested_at: Mapped[datetime]
    due_at: Mapped[datetime]
    explanation: Mapped[dict[str, Any]]
    decided_at: Mapped[datetime | None]

    def requested(self, due: workdays.Deadline) -> None:
        """The request waits for the consultant."""
        self.state, self.due_at, self.explanation = State.REQUESTED, due.due_at, due.explanation.to_json()
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
        if self.state is not State.REQUESTED:
            raise already_decided(self.state)
        self.state, self.reason_code, self.decided_at = State(decision), reason_code, now
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


class RequestChange(Answers):
    """Only the fields that are to change; what is not named stays."""

    id: UUID | None = None


class DecideChange(Versioned):
    """``reason_code``: one of the portal's decline reasons, needed where the change is declined."""

    accept: bool
    reason_code: Code | None = None

    @model_validator(mode="after")
    def _declining_has_a_reason(self) -> DecideChange:
        if not self.accept and self.reason_code is None:
            raise invalid(
                "reason_missing", "reason_code", "Назовите причину отказа.", "Declining needs a reason of the list."
            )
        return self


async def request_change(questionnaire_id: UUID, command: RequestChange, unit: Unit) -> DataChange:
    """Ask the consultant to change data (D0-17)."""
    account = await recognised(unit)
    questionnaire = await unit.session.get(Questionnaire, questionnaire_id)
    unit.policy.require(unit.actor, "questionnaire:read", questionnaire)
    if questionnaire is None or questionnaire.principal_id != account.id:
        raise not_found()
    require_questionnaire("change", questionnaire.state)
    values = await _different(command, questionnaire, unit.packs.of(PortalPack, questionnaire.region), unit)
    change = _new(command.id or unit.new_id(), questionnaire, values, await unit.keys.get(questionnaire.child_id), unit)
    region = unit.regions[questionnaire.region]
    change.requested(
        computed(unit.packs.of(PortalPack, region.code).terms.data_change, unit.now, region, change.territory)
    )
    unit.session.add(change)
    return change


async def decide_change(change_id: UUID, command: DecideChange, unit: Unit) -> DataChange:
    """The consultant accepts the change, which then is in force, or declines it with a reason."""
    change = await unit.get(DataChange, change_id, "data_change:decide", version=command.version)
    portal = unit.packs.of(PortalPack, change.region)
    known = [reason.code for reason in portal.decline_reasons]
    if not command.accept and command.reason_code not in known:
        raise reason_unknown(known)
    change.decide("accepted" if command.accept else "declined", command.reason_code, unit.now)
    if command.accept:
        await _apply(change, portal, unit)
    return change


async def withdraw_change(change_id: UUID, unit: Unit) -> DataChange:
    """The family takes its request back."""
    await recognised(unit)
    change = await unit.get(DataChange, change_id, "data_change:withdraw")
    change.decide("withdrawn", None, unit.now)
    return change


async def _different(
    command: RequestChange, questionnaire: Questionnaire, portal: PortalPack, unit: Unit
) -> Mapping[str, Any]:
    region = unit.regions[questionnaire.region]
    now = await opened(questionnaire, unit)
    named = {name for name in command.model_fields_set if name in Answers.model_fields}
    merged = now.model_copy(update={name: getattr(command, name) for name in named})
    tidy = checked(merged, portal, region, unit.now.astimezone(region.zone).date())
    changed = {name: getattr(tidy, name) for name in named if getattr(tidy, name) != getattr(now, name)}
    if not changed:
        raise invalid("nothing_changes", "fields", "В запросе нет изменений.", "The request changes nothing.")
    require_complete(tidy)
    return Answers.model_construct(**changed).model_dump(mode="json", include=set(changed))


def _new(own: UUID, questionnaire: Questionnaire, values: Mapping[str, Any], key: PersonKey, unit: Unit) -> DataChange:
    if questionnaire.territory is None or questionnaire.organisation_id is None or questionnaire.consultant_id is None:
        raise AssertionError("an accepted questionnaire is somebody's")
    return DataChange(
        id=own,
        questionnaire_id=questionnaire.id,
        region=questionnaire.region,
        territory=questionnaire.territory,
        principal_id=questionnaire.principal_id,
        organisation_id=questionnaire.organisation_id,
        consultant_id=questionnaire.consultant_id,
        child_id=questionnaire.child_id,
        fields=sorted(values),
        wanted=seal(Wanted(values=dict(values)), key, _at(own)).model_dump(mode="json"),
        requested_at=unit.now,
    )


async def wanted_by(change: DataChange, unit: Unit) -> dict[str, Any]:
    """The new values of a request, by field."""
    key = await unit.keys.get(change.child_id)
    return unseal(Sealed[Wanted].model_validate(change.wanted), Wanted, key, _at(change.id)).values


async def _apply(change: DataChange, portal: PortalPack, unit: Unit) -> None:
    questionnaire = await unit.session.get_one(Questionnaire, change.questionnaire_id, with_for_update=True)
    before = await opened(questionnaire, unit)
    merged = {**before.model_dump(mode="json"), **await wanted_by(change, unit)}
    answers = Answers.model_validate(merged)
    questionnaire.change(await sealed(questionnaire, answers, unit), answers.district)
    await watch_document(questionnaire, answers, portal, unit)
    if answers.district != before.district:
        responsible(answers.district, unit.regions[change.region], unit.packs)
        await unit.timers.set(HAND_OVER, questionnaire.id, unit.now)


async def hand_over(questionnaire_id: UUID, unit: Unit) -> None:
    """Whoever answers for the new district gets the questionnaire and what waits to be decided on (T15).

    Done by the worker: the consultant who decided may not write what belongs to another organisation.
    """
    found = await unit.session.get_one(Questionnaire, questionnaire_id, with_for_update=True)
    territory, organisation_id, consultant_id = responsible(found.district, unit.regions[found.region], unit.packs)
    found.answer_for(territory, organisation_id, consultant_id)
    waiting = select(DataChange).where(DataChange.questionnaire_id == found.id, DataChange.state == State.REQUESTED)
    for change in await unit.session.scalars(waiting.with_for_update()):
        change.territory, change.organisation_id, change.consultant_id = territory, organisation_id, consultant_id


def _at(change_id: UUID) -> str:
    return f"intake.data_change/wanted/{change_id}"


def already_decided(state: State) -> DomainError:
    return DomainError(
        "already_decided",
        Kind.CONFLICT,
        ru="По этому запросу уже есть решение.",
        en="This request has been decided already.",
        state=str(state),
    )
