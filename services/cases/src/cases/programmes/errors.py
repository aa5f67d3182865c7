"""Refusals about programmes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from chassis.errors import DomainError, FieldError, Kind
from contracts.identifiers import ServiceGroup

_GROUPS: dict[ServiceGroup, tuple[str, str]] = {
    ServiceGroup.SOCIAL_MEDICAL: ("социально-медицинских услуг", "social-medical services"),
    ServiceGroup.PSYCHOLOGICAL_PEDAGOGICAL: ("психолого-педагогических услуг", "psychological-pedagogical services"),
    ServiceGroup.OTHER: ("прочих услуг", "other services"),
}


def wrong_state(state: str, allowed: str) -> DomainError:
    """409: the version is not in the state the action starts from."""
    return DomainError(
        "wrong_programme_state",
        Kind.CONFLICT,
        ru=f"Программа в состоянии «{_STATES.get(state, state)}», это действие здесь невозможно.",
        en=f"The programme is {state}; this needs {allowed}.",
        rule="state",
        state=state,
    )


_STATES = {
    "draft": "черновик",
    "signed": "подписана представителем",
    "approved": "утверждена",
    "corrected": "заменена новой версией",
    "finished": "завершена",
}


def below_minimum(offered: Mapping[ServiceGroup, int], minimum: Mapping[ServiceGroup, int]) -> DomainError:
    """409: fewer services at home and remotely than the pack's minimum; one line per group (D4-07)."""
    lines = [(group, offered[group], required) for group, required in minimum.items() if offered[group] < required]
    return DomainError(
        "programme_below_minimum",
        Kind.CONFLICT,
        ru="Услуг меньше минимума: " + "; ".join(_below_ru(*line) for line in lines) + ".",
        en="Below the minimum: " + "; ".join(_below_en(*line) for line in lines) + ".",
        errors=[FieldError("lines", f"minimum.{line[0]}", _below_ru(*line), _below_en(*line)) for line in lines],
        minimum={str(group): required for group, required in minimum.items()},
        offered={str(group): offered[group] for group in minimum},
    )


def _below_ru(group: ServiceGroup, offered: int, required: int) -> str:
    return f"{_GROUPS[group][0]} на дому и дистанционно {offered}, нужно не меньше {required}"


def _below_en(group: ServiceGroup, offered: int, required: int) -> str:
    return f"{offered} {_GROUPS[group][1]} at home and remotely, at least {required} are needed"


def nothing_in_it(field: str) -> DomainError:
    """409: a programme without goals or services cannot be approved."""
    ru, en = {"goals": ("целей", "goals"), "lines": ("услуг", "services")}[field]
    return DomainError(
        "programme_incomplete",
        Kind.CONFLICT,
        ru=f"В программе нет {ru}.",
        en=f"The programme has no {en}.",
        field=field,
        rule="required",
    )


def no_valid_ippsu(first: date, last: date) -> DomainError:
    """409: the card is drawn up under an IPPSU in force for its whole term (D4-05)."""
    return DomainError(
        "ippsu_not_valid",
        Kind.CONFLICT,
        ru=f"Нет ИППСУ, действующей с {first:%d.%m.%Y} по {last:%d.%m.%Y}.",
        en=f"No IPPSU is in force from {first} to {last}.",
        rule="ippsu",
    )


def not_offered(kind: str) -> DomainError:
    """422: the region's pack has no such programme."""
    return DomainError(
        "programme_not_in_region",
        Kind.INVALID,
        ru="В этом регионе такой программы нет.",
        en=f"This region has no programme of kind {kind}.",
        field="kind",
        rule="unknown_code",
    )


def bad_line(position: int, field: str, rule: str, ru: str, en: str) -> DomainError:
    """422: one service of the programme breaks a rule of the pack."""
    return DomainError("bad_service_line", Kind.INVALID, ru=ru, en=en, field=f"lines.{position}.{field}", rule=rule)


def bad_goal(position: int, field: str, rule: str, ru: str, en: str) -> DomainError:
    """422: one goal of the programme breaks a rule of the pack."""
    return DomainError("bad_goal", Kind.INVALID, ru=ru, en=en, field=f"goals.{position}.{field}", rule=rule)


def being_corrected() -> DomainError:
    """409: a correction is already open."""
    return DomainError(
        "correction_open",
        Kind.CONFLICT,
        ru="Новая версия программы уже составляется.",
        en="A new version is already being drawn up.",
        rule="one_draft",
    )


def overlaps(other: object) -> DomainError:
    """409: two programmes of one kind at once would count every visit twice."""
    return DomainError(
        "programme_overlaps",
        Kind.CONFLICT,
        ru="На эти дни уже утверждена программа этого вида.",
        en="A programme of this kind is already approved for these days.",
        rule="one_at_a_time",
        programme_id=str(other),
    )


def bad_term() -> DomainError:
    """422: a term that ends before it starts."""
    return DomainError(
        "bad_term",
        Kind.INVALID,
        ru="Срок заканчивается раньше, чем начинается.",
        en="The term ends before it starts.",
        field="valid_until",
        rule="after_issue",
    )
