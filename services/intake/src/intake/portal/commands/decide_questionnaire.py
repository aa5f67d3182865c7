"""What the consultant does with a questionnaire: accept it, return it, note the written consent for health (D0-03)."""

from __future__ import annotations

from uuid import UUID

from chassis.errors import DomainError, Kind
from chassis.work import Unit
from contracts.identifiers import Code
from contracts.intake import QuestionnaireAccepted
from contracts.personal import ChildData, FileOpening, RepresentativeData
from contracts.sealed import Sealed, place, seal

from intake.particulars.examples import shown
from intake.particulars.requests import Strict
from intake.portal.commands.fill_questionnaire import CONTACTS, DOCUMENT_EXPIRES, opened
from intake.portal.model.questionnaire import Questionnaire
from intake.portal.pack import PortalPack


class ReturnQuestionnaire(Strict):
    """``reason_code``: one of the portal's return reasons."""

    model_config = shown(reason_code="document_unreadable")

    reason_code: Code


class SeeHealthConsent(Strict):
    """``paper_seen``: the signed consent for health data lies before the consultant."""

    model_config = shown(paper_seen=True)

    paper_seen: bool


async def accept(questionnaire_id: UUID, unit: Unit) -> Questionnaire:
    """The consultant takes the questionnaire over; the fact carries what a personal file begins with."""
    found = await unit.get(Questionnaire, questionnaire_id, "questionnaire:decide", under=True)
    found.accept(await _opening(found, unit), unit.now)
    return found


async def return_to_family(questionnaire_id: UUID, command: ReturnQuestionnaire, unit: Unit) -> Questionnaire:
    """The family corrects and sends again."""
    found = await unit.get(Questionnaire, questionnaire_id, "questionnaire:decide", under=True)
    known = [reason.code for reason in unit.packs.of(PortalPack, found.region).return_reasons]
    if command.reason_code not in known:
        raise reason_unknown(known)
    found.return_to_family(command.reason_code, unit.now)
    return found


async def see_health_consent(questionnaire_id: UUID, command: SeeHealthConsent, unit: Unit) -> Questionnaire:
    """From now on staff may read the diagnosis and the status document (152-FZ art. 10)."""
    found = await unit.get(Questionnaire, questionnaire_id, "questionnaire:decide", under=True)
    if not command.paper_seen:
        raise paper_not_seen()
    found.see_health_consent(unit.now)
    return found


async def withdraw_health_consent(questionnaire_id: UUID, unit: Unit) -> Questionnaire:
    """The family takes its written consent back, itself or at the consultant's (152-FZ art. 9)."""
    found = await unit.get(Questionnaire, questionnaire_id, "questionnaire:withdraw_consent", under=True)
    found.withdraw_health_consent(unit.now)
    return found


async def withdraw_contact_consent(questionnaire_id: UUID, unit: Unit) -> Questionnaire:
    """The family takes the consent back it sent the questionnaire on, itself or at the consultant's (152-FZ art. 9)."""
    found = await unit.get(Questionnaire, questionnaire_id, "questionnaire:withdraw_consent", under=True)
    found.withdraw_contact_consent(unit.now)
    await unit.timers.cancel(DOCUMENT_EXPIRES, found.id)
    return found


async def _opening(questionnaire: Questionnaire, unit: Unit) -> Sealed[FileOpening]:
    told = await opened(questionnaire, unit)
    phone = next(value for field in CONTACTS if (value := getattr(told, field)))
    if told.child_name is None or told.birth_date is None:
        raise AssertionError("a sent questionnaire names the child")
    opening = FileOpening(
        child=ChildData(id=questionnaire.child_id, name=told.child_name, birth_date=told.birth_date),
        representative=RepresentativeData(
            id=questionnaire.representative_id, name=told.parents[0].name, phone=phone, email=told.email
        ),
        address=told.address,
        diagnosis=told.diagnosis,
    )
    key = await unit.keys.get(questionnaire.child_id)
    return seal(opening, key, place(QuestionnaireAccepted.fact_name(), "opening", questionnaire.id))


def reason_unknown(known: list[str]) -> DomainError:
    return DomainError(
        "reason_unknown",
        Kind.INVALID,
        ru="Выберите причину из списка.",
        en="Choose a reason of the list.",
        field="reason_code",
        known=known,
    )


def paper_not_seen() -> DomainError:
    return DomainError(
        "paper_not_seen",
        Kind.INVALID,
        ru="Отметьте, что подписанное согласие перед вами.",
        en="Confirm that the signed consent lies before you.",
        field="paper_seen",
    )
