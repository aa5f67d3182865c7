"""Questionnaires and requests to change data, for whom they are shown to."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import workdays
from chassis.errors import forbidden, not_found
from chassis.http import Order, Page, PageQuery, paginate
from chassis.privacy.blobs import Blob
from chassis.work import Unit
from contracts.access import GROUND, FieldGroup
from contracts.identifiers import Purpose
from sqlalchemy import select

from intake.applications.queries.applications import consent_stands_not
from intake.directory.queries.names import Names, names_of, places_of
from intake.portal.answers import RECORDS, open_one
from intake.portal.commands.change_data import wanted_by
from intake.portal.model.changes import DataChange, DataChangeState
from intake.portal.model.questionnaire import (
    Questionnaire,
    QuestionnaireConsent,
    QuestionnaireFile,
    QuestionnaireFileKind,
    QuestionnaireState,
)
from intake.portal.pack import PortalPack, Word
from intake.portal.queries.views import (
    AnswersView,
    ConsentLine,
    DataChangeView,
    FieldChange,
    FileLine,
    QuestionnaireCard,
    QuestionnaireLine,
)

GROUP_OF = {field: group for kind, group, _ in RECORDS.values() for field in kind.model_fields}
GROUP_OF["district"] = FieldGroup.CORE
FILE_GROUPS = {
    QuestionnaireFileKind.PHOTO: FieldGroup.CONTACT,
    QuestionnaireFileKind.STATUS_DOCUMENT: FieldGroup.HEALTH,
}


_questionnaire, _change = Questionnaire.__table__.c, DataChange.__table__.c
QUESTIONNAIRES = Order({"drafted_at": _questionnaire["drafted_at"]}, _questionnaire["id"], "drafted_at")
CHANGES = Order({"due_at": _change["due_at"], "requested_at": _change["requested_at"]}, _change["id"], "due_at")


def shown_to(questionnaire: Questionnaire, unit: Unit) -> tuple[frozenset[FieldGroup], frozenset[FieldGroup]]:
    """The groups the actor sees now, and those a consent would open. The family sees all it has written itself."""
    granted = unit.policy.visible_groups(unit.actor, "questionnaire", questionnaire, frozenset(GROUND.values()))
    if questionnaire.principal_id == unit.actor.id:
        return granted, granted
    if questionnaire.state is QuestionnaireState.WITHDRAWN:
        return granted & {FieldGroup.CORE}, granted
    return unit.policy.visible_groups(unit.actor, "questionnaire", questionnaire, questionnaire.grounds), granted


async def card(questionnaire: Questionnaire, unit: Unit) -> QuestionnaireCard:
    """A questionnaire that was loaded for the actor; the reading is recorded."""
    await unit.session.flush()
    groups, granted = shown_to(questionnaire, unit)
    await unit.audit.read("questionnaire", questionnaire.child_id, groups, Purpose.CONTACT, subject_id=questionnaire.id)
    given = select(QuestionnaireConsent).where(QuestionnaireConsent.questionnaire_id == questionnaire.id)
    consents = (await unit.session.scalars(given.order_by(QuestionnaireConsent.given_at))).all()
    return QuestionnaireCard(
        **line(questionnaire, await names_of([questionnaire.consultant_id], unit), unit),
        child_id=questionnaire.child_id,
        representative_id=questionnaire.representative_id,
        answers=AnswersView.model_validate(await answers(questionnaire, groups, unit)),
        files=await files(questionnaire.id, groups, unit),
        consents=[ConsentLine.model_validate(row) for row in consents],
        health_consent_at=questionnaire.health_consent_at,
        withheld=sorted(granted - groups),
    )


async def answers(questionnaire: Questionnaire, groups: frozenset[FieldGroup], unit: Unit) -> dict[str, Any]:
    """The answers of these groups by field."""
    told: dict[str, Any] = {"district": questionnaire.district}
    for name, (_, group, of_child) in RECORDS.items():
        if group in groups:
            key = await unit.keys.get(questionnaire.child_id if of_child else questionnaire.representative_id)
            told |= open_one(name, getattr(questionnaire, name), key, questionnaire.id)
    return told


async def files(questionnaire_id: UUID, groups: frozenset[FieldGroup], unit: Unit) -> list[FileLine]:
    """The files of these groups, without opening them."""
    kept = select(QuestionnaireFile).where(QuestionnaireFile.questionnaire_id == questionnaire_id)
    rows = await unit.session.scalars(kept.order_by(QuestionnaireFile.attached_at))
    return [
        FileLine(id=r.blob_id, kind=r.kind, media_type=r.media_type, size=r.size, attached_at=r.attached_at)
        for r in rows
        if FILE_GROUPS[r.kind] in groups
    ]


async def open_file(questionnaire: Questionnaire, file_id: UUID, unit: Unit) -> tuple[Blob, bytes]:
    """A photo or scan for whom its group is shown to; the reading is recorded."""
    row = await unit.session.get(QuestionnaireFile, file_id)
    if row is None or row.questionnaire_id != questionnaire.id:
        raise not_found()
    groups, granted = shown_to(questionnaire, unit)
    group = FILE_GROUPS[row.kind]
    if group not in groups:
        raise consent_stands_not() if group in granted else forbidden()
    await unit.audit.read(
        "questionnaire", questionnaire.child_id, {group}, Purpose.CONTACT, subject_id=questionnaire.id
    )
    return await unit.blobs.open(file_id)


async def questionnaires(state: QuestionnaireState | None, page: PageQuery, unit: Unit) -> Page[QuestionnaireLine]:
    """The questionnaires the actor may see."""
    statement = select(Questionnaire)
    if state:
        statement = statement.where(Questionnaire.state == state)
    rows, cursor, total = await paginate(unit.session, statement, page, QUESTIONNAIRES)
    names = await names_of((row[0].consultant_id for row in rows), unit)
    items = [QuestionnaireLine(**line(row[0], names, unit)) for row in rows]
    return Page(items=items, next_cursor=cursor, total=total)


async def changes(
    state: DataChangeState | None, questionnaire_id: UUID | None, page: PageQuery, unit: Unit
) -> Page[DataChangeView]:
    """Requests to change data the actor may see, without the values."""
    statement = select(DataChange)
    if state:
        statement = statement.where(DataChange.state == state)
    if questionnaire_id:
        statement = statement.where(DataChange.questionnaire_id == questionnaire_id)
    rows, cursor, total = await paginate(unit.session, statement, page, CHANGES)
    return Page(items=[_change_view(row[0], unit) for row in rows], next_cursor=cursor, total=total)


async def change_card(change: DataChange, unit: Unit) -> DataChangeView:
    """A request with the values its reader may see, before and after; the reading is recorded."""
    await unit.session.flush()
    questionnaire = await unit.session.get_one(Questionnaire, change.questionnaire_id)
    groups, _ = shown_to(questionnaire, unit)
    await unit.audit.read("data_change", change.child_id, groups, Purpose.CONTACT, subject_id=change.id)
    after = await wanted_by(change, unit)
    before = AnswersView.model_validate(await answers(questionnaire, groups, unit)).model_dump(mode="json")
    seen = [
        FieldChange(field=field, before=before.get(field), after=after[field])
        for field in change.fields
        if GROUP_OF[field] in groups | {FieldGroup.CORE}
    ]
    return _change_view(change, unit).model_copy(update={"changes": seen})


def line(questionnaire: Questionnaire, names: Names, unit: Unit) -> dict[str, Any]:
    """The fields of `QuestionnaireLine`."""
    pack, due = unit.packs.find(PortalPack, questionnaire.region), questionnaire.due_at
    explained = questionnaire.explanation
    return {
        "id": questionnaire.id,
        "version": questionnaire.version,
        "region": questionnaire.region,
        "territory": questionnaire.territory,
        "territory_title": names.territory(questionnaire.territory),
        "district": questionnaire.district,
        "district_title": names.territory(questionnaire.district),
        "state": questionnaire.state,
        "consultant_id": questionnaire.consultant_id,
        "consultant_name": names.of(questionnaire.consultant_id),
        "sent_at": questionnaire.sent_at,
        "due_at": due,
        "standing": workdays.overdue(due, None, unit.now) if due else None,
        "explanation": workdays.Explanation.from_json(explained).text("ru") if explained else None,
        "return_reason": _word(questionnaire.return_reason, pack.return_reasons if pack else ()),
        "document_ends_at": questionnaire.document_ends_at,
    }


def _change_view(change: DataChange, unit: Unit) -> DataChangeView:
    pack = unit.packs.find(PortalPack, change.region)
    return DataChangeView(
        id=change.id,
        version=change.version,
        questionnaire_id=change.questionnaire_id,
        region=change.region,
        territory=change.territory,
        territory_title=places_of(unit).territory(change.territory),
        state=change.state,
        fields=change.fields,
        requested_at=change.requested_at,
        reason=_word(change.reason_code, pack.decline_reasons if pack else ()),
        due_at=change.due_at,
        standing=workdays.overdue(change.due_at, change.decided_at, unit.now),
        explanation=workdays.Explanation.from_json(change.explanation).text("ru"),
        decided_at=change.decided_at,
    )


def _word(code: str | None, words: tuple[Word, ...]) -> Word | None:
    return next((word for word in words if word.code == code), None)
