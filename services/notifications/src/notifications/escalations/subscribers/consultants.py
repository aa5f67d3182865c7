"""What starts, moves and ends the terms of consultants: questionnaires and changed data (D0-17, D0-22)."""

from __future__ import annotations

from chassis.bus import EventRouter
from chassis.work import Unit
from contracts.intake import (
    ContactConsentWithdrawn,
    DataChangeDecided,
    DataChangeDueMoved,
    DataChangeRequested,
    QuestionnaireAccepted,
    QuestionnaireDueMoved,
    QuestionnaireReturned,
    QuestionnaireSent,
)

from notifications.escalations import commands
from notifications.escalations.commands import Watched
from notifications.kinds import Term

events = EventRouter()


@events.on(QuestionnaireSent)
async def questionnaire_sent(event: QuestionnaireSent, unit: Unit) -> None:
    """The consultant of the sector answers; again after a return (D0-22)."""
    what = Watched(
        term=Term.QUESTIONNAIRE,
        subject_id=event.questionnaire_id,
        region=event.region,
        territory=event.territory,
        organisation_id=event.organisation_id,
        responsible_id=event.consultant_id,
        due_at=event.due.due_at,
        since=event.sent_at,
    )
    await commands.watch_term(what, unit)


@events.on(QuestionnaireDueMoved)
async def questionnaire_due_moved(event: QuestionnaireDueMoved, unit: Unit) -> None:
    """It was computed again."""
    await commands.move_due(Term.QUESTIONNAIRE, event.questionnaire_id, event.due.due_at, unit)


@events.on(QuestionnaireReturned)
async def questionnaire_returned(event: QuestionnaireReturned, unit: Unit) -> None:
    """That is an answer."""
    await commands.end_term(Term.QUESTIONNAIRE, event.questionnaire_id, event.returned_at, unit)


@events.on(QuestionnaireAccepted)
async def questionnaire_accepted(event: QuestionnaireAccepted, unit: Unit) -> None:
    """That is an answer too."""
    await commands.end_term(Term.QUESTIONNAIRE, event.questionnaire_id, event.accepted_at, unit)


@events.on(ContactConsentWithdrawn)
async def contact_consent_withdrawn(event: ContactConsentWithdrawn, unit: Unit) -> None:
    """Nobody may answer it any more, until the family sends it anew."""
    await commands.end_term(Term.QUESTIONNAIRE, event.questionnaire_id, event.withdrawn_at, unit)


@events.on(DataChangeRequested)
async def data_change_requested(event: DataChangeRequested, unit: Unit) -> None:
    """The consultant decides (D0-17). A request of an earlier release does not say who."""
    if event.organisation_id is None:
        return
    what = Watched(
        term=Term.DATA_CHANGE,
        subject_id=event.data_change_id,
        region=event.region,
        territory=event.territory or event.region,
        organisation_id=event.organisation_id,
        responsible_id=event.consultant_id,
        due_at=event.due.due_at,
        since=event.requested_at,
    )
    await commands.watch_term(what, unit)


@events.on(DataChangeDueMoved)
async def data_change_due_moved(event: DataChangeDueMoved, unit: Unit) -> None:
    """It was computed again."""
    await commands.move_due(Term.DATA_CHANGE, event.data_change_id, event.due.due_at, unit)


@events.on(DataChangeDecided)
async def data_change_decided(event: DataChangeDecided, unit: Unit) -> None:
    """Decided, or taken back by the family."""
    await commands.end_term(Term.DATA_CHANGE, event.data_change_id, event.decided_at, unit)
