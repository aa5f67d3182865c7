"""Refusals of the journal: each says what to do."""

from __future__ import annotations

from chassis.errors import DomainError, Kind, invalid


def other_specialist() -> DomainError:
    return DomainError(
        "other_specialist",
        Kind.CONFLICT,
        ru="За обращение отвечает другой специалист. Назовите его, чтобы передать обращение.",
        en="Another specialist is responsible. Name him or her to hand the enquiry on.",
        field="instead_of",
    )


def answer_not_given() -> DomainError:
    return DomainError(
        "answer_not_given",
        Kind.CONFLICT,
        ru="Ответ ещё не дошёл до человека. Сначала сообщите ответ, потом запишите результат.",
        en="The person does not have the answer yet. Give it first, then record the result.",
    )


def anonymous_keeps_no_caller(field: str) -> DomainError:
    """An anonymous entry keeps neither name nor number (D1-12)."""
    return invalid(
        "anonymous_keeps_no_caller",
        field,
        "Анонимное обращение не хранит имя, телефон и почту.",
        "An anonymous entry keeps no name, phone or e-mail.",
    )


def anonymous_not_recorded() -> DomainError:
    return invalid(
        "anonymous_not_recorded",
        "kind",
        "К анонимному обращению запись разговора не прикладывают.",
        "A recording of the talk is not kept with an anonymous entry.",
    )


def needed(field: str, ru: str, en: str) -> DomainError:
    return invalid("field_needed", field, ru, en)


def unknown_code(field: str, known: list[str]) -> DomainError:
    return invalid(
        "code_unknown", field, "Выберите значение из словаря.", "Choose a value of the dictionary.", known=known
    )


def no_way_to_answer(channel: str) -> DomainError:
    return invalid(
        "no_way_to_answer",
        "channel",
        "Этим способом ответить нельзя: нет адреса или номера. Выберите другой способ.",
        "There is no address or number for this channel. Choose another one.",
        channel=channel,
    )


def not_competent(known: list[str]) -> DomainError:
    return invalid(
        "specialist_not_competent",
        "specialist_id",
        "Этот сотрудник не отвечает на такие вопросы здесь. Выберите специалиста из списка.",
        "This person does not answer such questions here. Choose one of the list.",
        known=known,
    )


def theme_missing() -> DomainError:
    return DomainError(
        "theme_missing",
        Kind.CONFLICT,
        ru="Сначала укажите тему и вид помощи: по ним выбирают специалиста.",
        en="Set the theme and the kind of help first: the specialist is chosen by them.",
        field="theme",
    )


def already_classified() -> DomainError:
    return DomainError(
        "already_classified",
        Kind.CONFLICT,
        ru="Тема уже записана в журнал. Измените её исправлением с указанием причины.",
        en="The theme stands in the journal. Correct it by an amendment with its reason.",
        field="theme",
    )


def time_impossible(field: str) -> DomainError:
    return invalid(
        "time_impossible",
        field,
        "Так не могло быть: проверьте дату и время.",
        "This time is impossible: check date and time.",
    )


def nothing_changes() -> DomainError:
    return invalid("nothing_changes", "value", "В журнале так и записано.", "The journal says so already.")
