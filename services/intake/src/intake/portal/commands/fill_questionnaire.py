"""What the account does with its questionnaire: write, attach, consent and send (D0-18…D0-22)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from chassis.errors import DomainError, FieldError, Kind, invalid
from chassis.regions import Packs, Region
from chassis.work import Unit
from contracts.identifiers import Code
from pydantic import Field

from intake.accounts.commands import recognised
from intake.directory.pack import DirectoryPack
from intake.directory.sectors import consultant_of, sector_of
from intake.particulars.checks import check_birth_date, known_territory
from intake.particulars.consents import ConsentGiven, check_consent, consent_missing
from intake.particulars.examples import CONSENT, REGION, TERRITORY, shown
from intake.particulars.requests import Strict
from intake.portal.answers import RECORDS, Answers, open_one, shut_all
from intake.portal.model.questionnaire import (
    Questionnaire,
    QuestionnaireConsent,
    QuestionnaireFile,
    QuestionnaireFileKind,
    QuestionnaireState,
)
from intake.portal.pack import PortalPack
from intake.terms import computed

DOCUMENT_EXPIRES = "status_document_expires"
NEEDED: dict[str, tuple[str, str]] = {
    "child_name": ("имя ребёнка", "the child's name"),
    "birth_date": ("дата рождения", "the birth date"),
    "district": ("район", "the district"),
    "address": ("адрес", "the address"),
    "status_document": ("документ о статусе", "the status document"),
    "parents": ("родители или представители", "the parents"),
}
"""What a questionnaire cannot be sent without (D0-18…D0-20), beside one contact (D0-21)."""
CONTACTS = ("mobile_phone", "home_phone", "work_phone")


class WriteQuestionnaire(Answers):
    """A new questionnaire; ``id`` may be chosen by the client."""

    model_config = shown(
        region=REGION,
        child_name="Рощин Тимофей",
        sex="male",
        birth_date="2024-05-17",
        district=TERRITORY,
        address="п. Лесной, ул. Речная, д. 3",
        parents=[{"name": "Рощина Алла Петровна"}],
        mobile_phone="+7 905 000-55-66",
    )

    id: UUID | None = None
    region: Code


class RewriteQuestionnaire(Answers):
    """The whole of the answers, in place of what stood there."""

    model_config = shown(
        child_name="Рощин Тимофей",
        sex="male",
        birth_date="2024-05-17",
        district=TERRITORY,
        address="п. Лесной, ул. Речная, д. 3",
        parents=[{"name": "Рощина Алла Петровна"}],
        mobile_phone="+7 905 000-55-66",
        note="Звоните после шести вечера",
    )


class SendQuestionnaire(Strict):
    """The consent documents in the words that were shown; without them nothing is sent (D0-22)."""

    model_config = shown(consents=[CONSENT])

    consents: list[ConsentGiven] = Field(max_length=10)


async def write(command: WriteQuestionnaire, unit: Unit) -> Questionnaire:
    """Begin a questionnaire; the keys of child and representative are made with it."""
    account = await recognised(unit)
    answers = _checked(command, unit.packs.of(PortalPack, command.region), unit.regions[command.region], unit)
    questionnaire = Questionnaire(
        id=command.id or unit.new_id(),
        region=command.region,
        principal_id=account.id,
        child_id=(await unit.keys.create(unit.new_id())).person_id,
        representative_id=(await unit.keys.create(unit.new_id())).person_id,
        drafted_at=unit.now,
    )
    questionnaire.fill(await sealed(questionnaire, answers, unit), answers.district, unit.now)
    questionnaire.state = QuestionnaireState.DRAFT
    unit.session.add(questionnaire)
    return questionnaire


async def rewrite(questionnaire_id: UUID, command: RewriteQuestionnaire, unit: Unit) -> Questionnaire:
    """Change the answers of a questionnaire that was not sent, or was returned."""
    await recognised(unit)
    questionnaire = await unit.get(Questionnaire, questionnaire_id, "questionnaire:edit", under=True)
    region = unit.regions[questionnaire.region]
    answers = _checked(command, unit.packs.of(PortalPack, questionnaire.region), region, unit)
    questionnaire.fill(await sealed(questionnaire, answers, unit), answers.district, unit.now)
    return questionnaire


async def attach(
    questionnaire_id: UUID,
    kind: QuestionnaireFileKind,
    content: bytes,
    name: str | None,
    declared: str | None,
    unit: Unit,
) -> QuestionnaireFile:
    """Keep a photo or a scan with the questionnaire; a photo must be a picture."""
    await recognised(unit)
    questionnaire = await unit.get(Questionnaire, questionnaire_id, "questionnaire:edit", under=True)
    blob = await unit.blobs.put(questionnaire.child_id, content, name=name, declared=declared)
    if kind is QuestionnaireFileKind.PHOTO and not blob.media_type.startswith("image/"):
        raise invalid("photo_is_no_picture", "file", "Фотография должна быть картинкой.", "A photo must be a picture.")
    row = QuestionnaireFile(
        blob_id=blob.id,
        questionnaire_id=questionnaire.id,
        kind=kind,
        media_type=blob.media_type,
        size=blob.size,
        attached_at=unit.now,
    )
    unit.session.add(row)
    return row


async def send(questionnaire_id: UUID, command: SendQuestionnaire, unit: Unit) -> Questionnaire:
    """Send it to the consultant of the child's sector, with a consent per purpose (D0-03, D0-22)."""
    await recognised(unit)
    questionnaire = await unit.get(Questionnaire, questionnaire_id, "questionnaire:send", under=True)
    portal = unit.packs.of(PortalPack, questionnaire.region)
    answers = await opened(questionnaire, unit)
    require_complete(answers)
    _consented(command.consents, portal, unit)
    await route(questionnaire, answers, portal, unit)
    for given in command.consents:
        document = QuestionnaireConsent(id=unit.new_id(), questionnaire_id=questionnaire.id, **given.model_dump())
        unit.session.add(document)
    await watch_document(questionnaire, answers, portal, unit)
    return questionnaire


async def route(questionnaire: Questionnaire, answers: Answers, portal: PortalPack, unit: Unit) -> None:
    """Send the questionnaire to whoever answers for the district."""
    region = unit.regions[questionnaire.region]
    territory, organisation_id, consultant_id = responsible(answers.district, region, unit.packs)
    due = computed(portal.terms.questionnaire, unit.now, region, territory)
    questionnaire.send(territory, organisation_id, consultant_id, due, unit.now)


def responsible(district: str | None, region: Region, packs: Packs) -> tuple[str, UUID, UUID]:
    """Territory, organisation and consultant that answer for a district (D0-02, D0-03)."""
    pack = packs.of(DirectoryPack, region.code)
    sector = sector_of(district, region, pack) if district else None
    consultant = consultant_of(sector, region.code, pack) if sector else None
    if district is None or consultant is None or consultant.organisation_id is None:
        raise invalid(
            "district_unanswered", "district", "Для этого района консультант не назначен.", "Nobody answers for it."
        )
    return district, consultant.organisation_id, consultant.id


async def watch_document(questionnaire: Questionnaire, answers: Answers, portal: PortalPack, unit: Unit) -> None:
    """Remember to look at the status document before it ends (D0-19)."""
    ends_at = _ends_at(questionnaire, answers, unit)
    if ends_at is None:
        await unit.timers.cancel(DOCUMENT_EXPIRES, questionnaire.id)
    else:
        await unit.timers.set(DOCUMENT_EXPIRES, questionnaire.id, max(ends_at - portal.reminder, unit.now))


async def document_ends_at(questionnaire: Questionnaire, unit: Unit) -> datetime | None:
    """The end of the last day of the status document; None where it has none."""
    return _ends_at(questionnaire, await opened(questionnaire, unit), unit)


def _ends_at(questionnaire: Questionnaire, answers: Answers, unit: Unit) -> datetime | None:
    ends = answers.status_document.valid_until if answers.status_document else None
    zone = unit.regions[questionnaire.region].zone
    return datetime.combine(ends + timedelta(days=1), datetime.min.time(), zone) if ends else None


async def sealed(questionnaire: Questionnaire, answers: Answers, unit: Unit) -> dict[str, dict[str, Any]]:
    """The answers as the questionnaire stores them."""
    child = await unit.keys.get(questionnaire.child_id)
    representative = await unit.keys.get(questionnaire.representative_id)
    return shut_all(answers, child, representative, questionnaire.id)


async def opened(questionnaire: Questionnaire, unit: Unit) -> Answers:
    """Every answer of the questionnaire."""
    told: dict[str, Any] = {"district": questionnaire.district}
    for name, (_, _, of_child) in RECORDS.items():
        key = await unit.keys.get(questionnaire.child_id if of_child else questionnaire.representative_id)
        told |= open_one(name, getattr(questionnaire, name), key, questionnaire.id)
    return Answers.model_validate(told)


def checked(answers: Answers, portal: PortalPack, region: Region, today: date) -> Answers:
    """The answers against the dictionaries of the pack; phones and district in full."""
    tidy = answers.tidy()
    if tidy.birth_date:
        check_birth_date(tidy.birth_date, today)
    if tidy.sex is not None and tidy.sex not in {word.code for word in portal.sexes}:
        raise invalid("sex_unknown", "sex", "Выберите пол из списка.", "Choose the sex of the list.")
    if tidy.status_document and tidy.status_document.issued_on > today:
        raise invalid(
            "issued_in_future",
            "status_document.issued_on",
            "Документ не может быть выдан в будущем.",
            "The document cannot be issued in the future.",
        )
    return tidy.model_copy(update={"district": _district(tidy.district, region)})


def _checked(
    command: WriteQuestionnaire | RewriteQuestionnaire, portal: PortalPack, region: Region, unit: Unit
) -> Answers:
    return checked(command, portal, region, unit.now.astimezone(region.zone).date())


def _district(written: str | None, region: Region) -> str | None:
    if written is None:
        return None
    try:
        found = known_territory(written, region)
    except DomainError as error:
        raise invalid("district_unknown", "district", error.ru, error.en) from None
    if found == region.code:
        raise invalid("district_unknown", "district", "Выберите район из списка.", "Choose the district of the list.")
    return found


def require_complete(answers: Answers) -> None:
    """Refuse answers that lack what a questionnaire must tell: ``questionnaire_incomplete`` names the fields."""
    missing = [(field, *texts) for field, texts in NEEDED.items() if not getattr(answers, field)]
    if not any(getattr(answers, field) for field in CONTACTS):
        missing.append(("mobile_phone", "хотя бы один телефон", "a phone"))
    if missing:
        raise DomainError(
            "questionnaire_incomplete",
            Kind.INVALID,
            ru=f"Заполните: {', '.join(ru for _, ru, _ in missing)}.",
            en=f"Fill in: {', '.join(en for *_, en in missing)}.",
            errors=[FieldError(field, "missing", "обязательное поле", "required") for field, *_ in missing],
        )


def _consented(given: list[ConsentGiven], portal: PortalPack, unit: Unit) -> None:
    purposes = [consent.purpose for consent in given]
    if len(set(purposes)) != len(purposes):
        raise invalid("consent_twice", "consents", "Согласие дано дважды.", "A purpose is consented to twice.")
    for text in portal.consents:
        if text.required and text.purpose not in purposes:
            raise consent_missing(text.purpose, portal)
    for number, consent in enumerate(given):
        check_consent(consent, f"consents.{number}", portal, False, unit.now)
