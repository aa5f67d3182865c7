"""What an application must satisfy beyond its shape; each refusal says which field and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from chassis.access.tokens import Principal
from chassis.errors import DomainError, Kind, invalid
from contracts.access import Role
from contracts.identifiers import ApplicationSource, Purpose

from intake.applications.commands.form import SubmitApplication
from intake.applications.pack import IntakePack
from intake.particulars.consents import check_consent, consent_missing

STAFF_ROLES = frozenset({Role.COORDINATOR, Role.SPECIALIST, Role.HEAD})
FILING_ROLES = STAFF_ROLES | {Role.DOCTOR}


def is_staff(actor: Principal) -> bool:
    """Whether the actor may file for a family: from a call, a brigade, a letter of an agency (D2-07, D2-22)."""
    return bool(actor.roles & FILING_ROLES)


def check_source(source: ApplicationSource, actor: Principal) -> None:
    """The public form is the site; a doctor files for the health agency; staff vouch for all else (D2-07, D2-22)."""
    doctors = source is ApplicationSource.HEALTH_AGENCY and Role.DOCTOR in actor.roles
    if source is not ApplicationSource.SITE and not doctors and not actor.roles & STAFF_ROLES:
        raise DomainError(
            "source_not_allowed",
            Kind.FORBIDDEN,
            ru="Через открытую форму заявку подают только с сайта.",
            en="The public form is for the site only.",
            field="source",
        )


def check_entry_point(code: str | None, pack: IntakePack) -> None:
    known = [point.code for point in pack.entry_points]
    if code is not None and code not in known:
        raise invalid(
            "entry_point_unknown", "entry_point", "Такой точки входа нет.", "There is no such entry point.", known=known
        )


def check_triggers(codes: Sequence[str], pack: IntakePack) -> None:
    if unknown := [code for code in codes if pack.trigger(code) is None]:
        raise invalid(
            "trigger_unknown",
            f"triggers.{list(codes).index(unknown[0])}",
            "Такого повода для обращения нет в списке.",
            "There is no such reason for asking.",
            known=[trigger.code for trigger in pack.form.triggers],
        )


def check_protocol(follows: bool, pack: IntakePack, actor: Principal) -> None:
    """A protocol follows where the region writes any, from whoever files for the family (D2-08)."""
    if follows and not (is_staff(actor) and pack.terms.protocol):
        raise invalid(
            "protocol_not_expected",
            "protocol_follows",
            "Протокол объявления диагноза прикладывает врач или сотрудник, который подаёт заявку за семью.",
            "A protocol of announcing the diagnosis is attached by the doctor or staff who files for the family.",
        )


def check_consents(command: SubmitApplication, pack: IntakePack, staff: bool, now: datetime) -> None:
    """Every needed purpose has its own document, in the words of the pack (D0-22; 152-FZ art. 9 and 10)."""
    given = command.consents
    purposes = [consent.purpose for consent in given]
    if len(set(purposes)) != len(purposes):
        raise invalid("consent_twice", "consents", "Согласие дано дважды.", "A purpose is consented to twice.")
    for purpose in _needed(command, pack):
        if purpose not in purposes:
            raise consent_missing(purpose, pack)
    for number, consent in enumerate(given):
        check_consent(consent, f"consents.{number}", pack, staff, now)


def _needed(command: SubmitApplication, pack: IntakePack) -> Sequence[Purpose]:
    needed = [text.purpose for text in pack.consents if text.required]
    told = command.diagnosis or command.triggers
    return [*needed, Purpose.HEALTH] if told and Purpose.HEALTH not in needed else needed
