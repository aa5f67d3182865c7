"""The family's own data in words: names of fields, dates and yes and no as people write them. Pure."""

from __future__ import annotations

from datetime import date
from typing import Any

TITLES = {
    "account": "Кабинет",
    "roles": "Роли",
    "territories": "Территории",
    "questionnaires": "Анкеты",
    "data_changes": "Запросы на изменение данных",
    "applications": "Заявки",
    "low_vision": "Версия для слабовидящих",
    "answers": "Ответы",
    "consents": "Согласия",
    "files": "Файлы",
    "child_name": "Имя ребёнка",
    "sex": "Пол",
    "birth_date": "Дата рождения",
    "district": "Район",
    "address": "Адрес",
    "diagnosis": "Диагноз",
    "status_document": "Документ о статусе",
    "number": "Номер",
    "series": "Серия",
    "issued_on": "Дата выдачи",
    "valid_until": "Действует до",
    "parents": "Родители и представители",
    "name": "Имя",
    "identity_document": "Документ, удостоверяющий личность",
    "home_phone": "Домашний телефон",
    "work_phone": "Рабочий телефон",
    "mobile_phone": "Мобильный телефон",
    "phone": "Телефон",
    "email": "Электронная почта",
    "note": "Дополнительно",
    "state": "Состояние",
    "territory": "Территория",
    "territory_title": "Название территории",
    "residence_territory_title": "Где живёт семья",
    "district_title": "Название района",
    "organisation_title": "Организация",
    "serving_organisation_title": "Служба",
    "coordinator_name": "Координатор",
    "called_by_name": "Кто звонил",
    "consultant_name": "Консультант",
    "sent_at": "Отправлена",
    "due_at": "Срок",
    "explanation": "Почему такой срок",
    "purpose": "Цель",
    "given_at": "Дано",
    "contact": "Контакты",
    "social": "Рассказ семьи",
    "health": "Здоровье",
    "deadlines": "Сроки",
    "calls": "Звонки",
    "changes": "Изменения",
    "field": "Поле",
    "before": "Было",
    "after": "Стало",
    "requested_at": "Запрошено",
    "decided_at": "Решено",
    "comment": "Комментарий",
    "need": "Потребность",
    "representative_name": "Представитель",
    "actual_address": "Фактический адрес",
    "submitted_at": "Подана",
}
"""Names of fields for people; what has none is told by its own name."""


def title(name: str) -> str:
    """The name of a field for people."""
    return TITLES.get(name, name)


def words(value: Any) -> str:
    """A value for people: 01.05.2019, да, нет."""
    if isinstance(value, bool):
        return "да" if value else "нет"
    if isinstance(value, str):
        try:
            return f"{date.fromisoformat(value):%d.%m.%Y}"
        except ValueError:
            return value
    return str(value)
