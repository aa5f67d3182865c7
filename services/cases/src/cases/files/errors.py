"""Refusals on the way from the opened file to a programme. No personal data in any text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from chassis.errors import DomainError, FieldError, Kind
from contracts.identifiers import Purpose

from cases.pack import Step

_STEPS: dict[Step, tuple[str, str]] = {
    Step.DOCUMENTS: ("документы законного представителя и ребёнка не предъявлены", "the documents have not been seen"),
    Step.CONSENTS: ("нет письменных согласий", "written consents are missing"),
    Step.IPPSU: ("не внесены реквизиты ИППСУ", "the IPPSU has not been recorded"),
    Step.ASSESSMENT: ("нет оценки по МКФ", "there is no ICF assessment"),
    Step.ELIGIBILITY: ("ребёнок не признан нуждающимся в ранней помощи", "eligibility has not been recognised"),
    Step.TEAM: ("команда специалистов не закреплена", "the team has not been fixed"),
}
_PURPOSES: dict[Purpose, tuple[str, str]] = {
    Purpose.CONTACT: ("связь с семьёй", "contact"),
    Purpose.HEALTH: ("сведения о здоровье", "health data"),
    Purpose.SOCIAL_SERVICE: ("социальное обслуживание", "social services"),
    Purpose.PUBLICATION: ("распространение", "publication"),
}


def out_of_order(missing: Iterable[Step]) -> DomainError:
    """409: the order of the first appointment (D2-20, D2-21); names every step that has to come before."""
    steps = list(missing)
    return DomainError(
        "step_out_of_order",
        Kind.CONFLICT,
        ru="Сначала нужно завершить предыдущие шаги: " + "; ".join(_STEPS[step][0] for step in steps) + ".",
        en="Earlier steps come first: " + "; ".join(_STEPS[step][1] for step in steps) + ".",
        errors=[FieldError(None, f"step.{step}", *_STEPS[step]) for step in steps],
        missing_steps=[str(step) for step in steps],
    )


def step_not_in_region(step: Step) -> DomainError:
    """409: the region's pack has no such step."""
    return DomainError(
        "step_not_in_region",
        Kind.CONFLICT,
        ru="В этом регионе такого шага нет.",
        en="This region has no such step.",
        rule=f"step.{step}",
    )


def documents_missing(missing: Mapping[str, str]) -> DomainError:
    """422: the minimal set of documents is not complete (D2-20); ``missing``: titles by code."""
    return DomainError(
        "documents_missing",
        Kind.INVALID,
        ru="Не предъявлены: " + ", ".join(missing[code].lower() for code in sorted(missing)) + ".",
        en="Not shown: " + ", ".join(sorted(missing)) + ".",
        field="kinds",
        rule="minimal_set",
        missing_documents=sorted(missing),
    )


def unknown_code(field: str) -> DomainError:
    """422: a code the region's pack does not have."""
    return DomainError(
        "unknown_code",
        Kind.INVALID,
        ru="Такого значения нет в справочнике региона.",
        en="The region's dictionary has no such code.",
        field=field,
        rule="unknown_code",
    )


def consent_not_written() -> DomainError:
    """422: at the first appointment consents are taken in writing (152-FZ art. 9)."""
    return DomainError(
        "consent_not_written",
        Kind.INVALID,
        ru="Согласие должно быть письменным: на бумаге или с квалифицированной подписью.",
        en="The consent must be written: on paper or with a qualified signature.",
        field="form",
        rule="written",
    )


def consent_withdrawn_already() -> DomainError:
    """409: withdrawn once is withdrawn for good; a new consent is a new document."""
    return DomainError(
        "consent_already_withdrawn",
        Kind.CONFLICT,
        ru="Согласие уже отозвано.",
        en="The consent has already been withdrawn.",
    )


def no_ground(purpose: Purpose) -> DomainError:
    """409: neither a written consent nor another legal ground stands for the purpose now."""
    ru, en = _PURPOSES[purpose]
    return DomainError(
        "consent_missing",
        Kind.CONFLICT,
        ru=f"Нет письменного согласия или другого законного основания: {ru}.",
        en=f"No written consent and no other legal ground: {en}.",
        rule=f"purpose.{purpose}",
    )


def decided_before_assessed(assessed_on: date) -> DomainError:
    """422: need is recognised at the first appointment, by its assessment (D2-20, D2-21)."""
    return DomainError(
        "decided_before_assessed",
        Kind.INVALID,
        ru=f"Нуждаемость признают по оценке, а она проведена {assessed_on:%d.%m.%Y}.",
        en=f"Need is recognised by the assessment, which was done on {assessed_on}.",
        field="decided_on",
        rule="after_assessment",
    )


def not_eligible() -> DomainError:
    """409: early help was not recognised as needed."""
    return DomainError(
        "not_eligible",
        Kind.CONFLICT,
        ru="Ребёнок не признан нуждающимся в ранней помощи.",
        en="The child was not recognised as eligible for early help.",
    )


def unknown_specialists(count: int, field: str = "specialist_ids") -> DomainError:
    """422: somebody of the proposed team does not work for the serving organisation."""
    return DomainError(
        "unknown_specialist",
        Kind.INVALID,
        ru=f"Не работают в службе: {count} из предложенных специалистов.",
        en=f"{count} of the proposed specialists do not work for the service.",
        field=field,
        rule="of_the_service",
    )


def in_the_future(field: str) -> DomainError:
    """422: a fact cannot be dated after today."""
    return DomainError(
        "date_in_future", Kind.INVALID, ru="Дата ещё не наступила.", en="The date is in the future.", field=field
    )
