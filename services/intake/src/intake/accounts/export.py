"""Everything we hold about a family, for the family: as JSON for programs and as a page for people (152-FZ art. 14)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from html import escape
from typing import Any

from chassis.unit import Unit
from fastapi.encoders import jsonable_encoder
from pydantic import BaseModel
from sqlalchemy import select

from intake.accounts.changes import DataChange
from intake.accounts.filling import recognised
from intake.accounts.portal import Portals
from intake.accounts.portal_views import DataChangeView, QuestionnaireCard, card, change_card
from intake.accounts.preferences import reads_large
from intake.accounts.queries import AccountView, account_view
from intake.accounts.questionnaire import Questionnaire
from intake.applications.model import Application
from intake.applications.queries import card as application_card
from intake.applications.views import ApplicationCard

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
}
TITLES = {
    "account": "Кабинет",
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


class Export(BaseModel):
    """What intake holds. ``applications`` are those of the children the account is bound to."""

    exported_at: datetime
    low_vision: bool
    account: AccountView
    questionnaires: list[QuestionnaireCard]
    data_changes: list[DataChangeView]
    applications: list[ApplicationCard]


async def export(packs: Portals, unit: Unit) -> Export:
    """Everything of the caller's account; each reading is recorded as every other."""
    account = await recognised(unit)
    own = select(Questionnaire).where(Questionnaire.principal_id == account.id).order_by(Questionnaire.drafted_at)
    asked = select(DataChange).where(DataChange.principal_id == account.id).order_by(DataChange.requested_at)
    filed = select(Application).where(Application.child_id.in_(account.child_ids)).order_by(Application.submitted_at)
    return Export(
        exported_at=unit.now,
        low_vision=await reads_large(account.id, unit),
        account=await account_view(account, unit),
        questionnaires=[await card(row, packs, unit) for row in (await unit.session.scalars(own)).all()],
        data_changes=[await change_card(row, packs, unit) for row in (await unit.session.scalars(asked)).all()],
        applications=[await application_card(row, unit) for row in (await unit.session.scalars(filed)).all()],
    )


def page(told: Export) -> str:
    """The same as a page that reads well aloud, on paper and in large letters."""
    body = "\n".join(
        _section(name, value, 2) for name, value in jsonable_encoder(told).items() if name != "exported_at"
    )
    size = "1.6rem" if told.low_vision else "1.1rem"
    return (
        '<!doctype html>\n<html lang="ru"><head><meta charset="utf-8"><title>Ваши данные</title><style>'
        f"body{{font:{size}/1.6 system-ui,sans-serif;max-width:50rem;margin:2rem auto;color:#111;background:#fff}}"
        "dt{font-weight:700}dd{margin:0 0 .6em 1.2em}</style></head><body><main>"
        f"<h1>Ваши данные</h1><p>Выгружено {told.exported_at:%d.%m.%Y %H:%M} (UTC)</p>\n{body}\n</main></body></html>\n"
    )


def _section(name: str, value: Any, level: int) -> str:
    heading = f"<h{level}>{_title(name)}</h{level}>"
    return f"<section>{heading}{''.join(_told(value))}</section>"


def _told(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        yield "<dl>"
        for name, part in value.items():
            if part not in (None, [], {}) and name != "steps":
                yield f"<dt>{_title(name)}</dt><dd>{''.join(_told(part))}</dd>"
        yield "</dl>"
    elif isinstance(value, list):
        if not value:
            yield "<p>Ничего нет.</p>"
        for part in value:
            yield "".join(_told(part))
    else:
        yield escape(_words(value))


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return "да" if value else "нет"
    if isinstance(value, str):
        try:
            return f"{date.fromisoformat(value):%d.%m.%Y}"
        except ValueError:
            return value
    return str(value)


def _title(name: str) -> str:
    return escape(TITLES.get(name, name))
