"""What an application must satisfy beyond its shape; each refusal says which field and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from chassis.access.tokens import Principal
from chassis.errors import DomainError, Kind
from chassis.regions import Region
from contracts.access import Role
from contracts.identifiers import ApplicationSource, ConsentForm, Purpose

from intake.applications.commands.form import ConsentGiven, SubmitApplication
from intake.applications.pack import ConsentText, IntakePack


class HasConsents(Protocol):
    """A pack with consent documents: of the form or of the portal."""

    def consent(self, purpose: Purpose) -> ConsentText | None: ...


STAFF_ROLES = frozenset({Role.COORDINATOR, Role.SPECIALIST, Role.HEAD})
FILING_ROLES = STAFF_ROLES | {Role.DOCTOR}
CLOCK_SKEW = timedelta(minutes=5)
OLDEST_YEARS = 120


def is_staff(actor: Principal) -> bool:
    """Whether the actor may file for a family: from a call, a brigade, a letter of an agency (D2-07, D2-22)."""
    return bool(actor.roles & FILING_ROLES)


def check_source(source: ApplicationSource, actor: Principal) -> None:
    """The public form is the site; a doctor files for the health agency; staff vouch for all else (D2-07, D2-22)."""
    doctors = source is ApplicationSource.HEALTH_AGENCY and Role.DOCTOR in actor.roles
    if source is not ApplicationSource.SITE and not doctors and not actor.roles & STAFF_ROLES:
        raise _refused(
            "source_not_allowed",
            "source",
            "Через открытую форму заявку подают только с сайта.",
            "The public form is for the site only.",
            Kind.FORBIDDEN,
        )


def check_entry_point(code: str | None, pack: IntakePack) -> None:
    known = [point.code for point in pack.entry_points]
    if code is not None and code not in known:
        raise _refused(
            "entry_point_unknown", "entry_point", "Такой точки входа нет.", "There is no such entry point.", known=known
        )


def check_triggers(codes: Sequence[str], pack: IntakePack) -> None:
    if unknown := [code for code in codes if pack.trigger(code) is None]:
        raise _refused(
            "trigger_unknown",
            f"triggers.{list(codes).index(unknown[0])}",
            "Такого повода для обращения нет в списке.",
            "There is no such reason for asking.",
            known=[trigger.code for trigger in pack.form.triggers],
        )


def check_protocol(follows: bool, pack: IntakePack, actor: Principal) -> None:
    """A protocol follows where the region writes any, from whoever files for the family (D2-08)."""
    if follows and not (is_staff(actor) and pack.terms.protocol):
        raise _refused(
            "protocol_not_expected",
            "protocol_follows",
            "Протокол объявления диагноза прикладывает врач или сотрудник, который подаёт заявку за семью.",
            "A protocol of announcing the diagnosis is attached by the doctor or staff who files for the family.",
        )


def known_territory(written: str | None, region: Region) -> str:
    """The territory as ``<region>/<code>``; the region's own code where the family did not name one."""
    if written is None or written == region.code:
        return region.code
    pack, _, code = written.rpartition("/")
    if pack in ("", region.code) and region.territory(code) is not None:
        return f"{region.code}/{code}"
    raise _refused(
        "territory_unknown",
        "territory",
        "Такой территории в регионе нет. Выберите её из списка или оставьте поле пустым.",
        "The region has no such territory. Choose one of the list or leave it empty.",
        known=[f"{region.code}/{territory.code}" for territory in region.territories],
    )


def check_birth_date(birth: date, today: date) -> None:
    """``today`` in the territory's own time zone (T12)."""
    if birth > today:
        raise _refused(
            "birth_date_in_future",
            "birth_date",
            "Дата рождения не может быть в будущем.",
            "The birth date cannot be in the future.",
        )
    if birth.year < today.year - OLDEST_YEARS:
        raise _refused(
            "birth_date_too_early",
            "birth_date",
            "Проверьте год рождения.",
            "Check the year of birth.",
        )


def check_consents(command: SubmitApplication, pack: IntakePack, staff: bool, now: datetime) -> None:
    """Every needed purpose has its own document, in the words of the pack (D0-22; 152-FZ art. 9 and 10)."""
    given = command.consents
    purposes = [consent.purpose for consent in given]
    if len(set(purposes)) != len(purposes):
        raise _refused("consent_twice", "consents", "Согласие дано дважды.", "A purpose is consented to twice.")
    for purpose in _needed(command, pack):
        if purpose not in purposes:
            raise consent_missing(purpose, pack)
    for number, consent in enumerate(given):
        check_consent(consent, f"consents.{number}", pack, staff, now)


def _needed(command: SubmitApplication, pack: IntakePack) -> Sequence[Purpose]:
    needed = [text.purpose for text in pack.consents if text.required]
    told = command.diagnosis or command.triggers
    return [*needed, Purpose.HEALTH] if told and Purpose.HEALTH not in needed else needed


def check_consent(consent: ConsentGiven, field: str, pack: HasConsents, staff: bool, now: datetime) -> None:
    """One consent document against the words of the pack."""
    text = pack.consent(consent.purpose)
    if text is None:
        raise _refused(
            "consent_unknown", f"{field}.purpose", "Такое согласие не нужно.", "No consent is asked for this purpose."
        )
    if (consent.text_version, consent.text_hash) != (text.version, text.text_hash):
        raise _refused(
            "consent_text_changed",
            f"{field}.text_hash",
            "Текст согласия изменился. Прочитайте новый текст и подтвердите его.",
            "The text of the consent has changed. Read and confirm the new one.",
            current_version=text.version,
        )
    if consent.form is not ConsentForm.TICK and not (staff and consent.form is ConsentForm.PAPER):
        raise _refused(
            "consent_form_not_allowed",
            f"{field}.form",
            "В открытой форме согласие дают отметкой.",
            "In the public form a consent is given by a tick.",
        )
    if consent.given_at > now + CLOCK_SKEW:
        raise _refused(
            "consent_in_future",
            f"{field}.given_at",
            "Время согласия не может быть в будущем.",
            "The consent cannot be given in the future.",
        )


def consent_missing(purpose: Purpose, pack: HasConsents) -> DomainError:
    """A purpose has no consent document; the problem names the purpose and where to read its text."""
    text = pack.consent(purpose)
    title = text.title if text else str(purpose)
    return _refused(
        "consent_missing",
        "consents",
        f"Нужно согласие: {title.lower()}.",
        f"A consent for the purpose {purpose} is needed.",
        purpose=str(purpose),
    )


def _refused(slug: str, field: str, ru: str, en: str, kind: Kind = Kind.INVALID, **extra: Any) -> DomainError:
    return DomainError(slug, kind, ru=ru, en=en, field=field, **extra)
