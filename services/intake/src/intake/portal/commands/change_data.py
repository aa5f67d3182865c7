"""A change of data is a request a consultant decides on, never a direct edit (D0-17)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from chassis.errors import invalid, not_found
from chassis.work import Unit
from contracts.identifiers import Code
from contracts.sealed import PersonKey, Sealed, seal, unseal
from pydantic import model_validator
from sqlalchemy import select

from intake.accounts.commands import recognised
from intake.particulars.examples import shown
from intake.particulars.requests import Strict
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
from intake.portal.model.changes import DataChange, DataChangeState, Wanted
from intake.portal.model.questionnaire import Questionnaire
from intake.portal.model.questionnaire import require_state as require_questionnaire
from intake.portal.pack import PortalPack
from intake.terms import computed

HAND_OVER = "hand_over_questionnaire"


class RequestChange(Answers):
    """Only the fields that are to change; what is not named stays."""

    model_config = shown(address="п. Лесной, ул. Новая, д. 7", mobile_phone="+7 905 000-66-77")

    id: UUID | None = None


class DecideChange(Strict):
    """``reason_code``: one of the portal's decline reasons, needed where the change is declined."""

    model_config = shown(accept=False, reason_code="document_needed")

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
    change = await unit.get(DataChange, change_id, "data_change:decide", under=True)
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
    change = await unit.get(DataChange, change_id, "data_change:withdraw", under=True)
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
    waiting = select(DataChange).where(
        DataChange.questionnaire_id == found.id, DataChange.state == DataChangeState.REQUESTED
    )
    for change in await unit.session.scalars(waiting.with_for_update()):
        change.territory, change.organisation_id, change.consultant_id = territory, organisation_id, consultant_id


def _at(change_id: UUID) -> str:
    return f"intake.data_change/wanted/{change_id}"
