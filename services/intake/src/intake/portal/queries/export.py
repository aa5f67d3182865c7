"""Everything we hold about a family, for the family: as JSON for programs, as a page and as a PDF for people
(152-FZ art. 14)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from html import escape
from typing import Any

from chassis.work import Unit
from fastapi.encoders import jsonable_encoder
from pydantic import BaseModel
from sqlalchemy import select

from intake.accounts.commands import recognised
from intake.accounts.queries import AccountView, account_view, reads_large
from intake.applications.model.application import Application
from intake.applications.queries.applications import card as application_card
from intake.applications.queries.cards import ApplicationCard
from intake.portal.export_words import title, words
from intake.portal.model.changes import DataChange
from intake.portal.model.questionnaire import Questionnaire
from intake.portal.queries.cards import card, change_card
from intake.portal.queries.views import DataChangeView, QuestionnaireCard

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
}


class Export(BaseModel):
    """What intake holds. ``applications`` are those of the children the account is bound to."""

    exported_at: datetime
    low_vision: bool
    account: AccountView
    questionnaires: list[QuestionnaireCard]
    data_changes: list[DataChangeView]
    applications: list[ApplicationCard]


async def export(unit: Unit) -> Export:
    """Everything of the caller's account; each reading is recorded as every other."""
    account = await recognised(unit)
    own = select(Questionnaire).where(Questionnaire.principal_id == account.id).order_by(Questionnaire.drafted_at)
    asked = select(DataChange).where(DataChange.principal_id == account.id).order_by(DataChange.requested_at)
    filed = select(Application).where(Application.child_id.in_(account.child_ids)).order_by(Application.submitted_at)
    return Export(
        exported_at=unit.now,
        low_vision=await reads_large(account.id, unit),
        account=await account_view(account, unit),
        questionnaires=[await card(row, unit) for row in (await unit.session.scalars(own)).all()],
        data_changes=[await change_card(row, unit) for row in (await unit.session.scalars(asked)).all()],
        applications=[await application_card(row, unit) for row in (await unit.session.scalars(filed)).all()],
    )


def page(told: Export) -> str:
    """The same as a page that reads well aloud, on paper and in large letters."""
    body = "\n".join(_section(name, value, 2) for name, value in _parts(told))
    size = "1.6rem" if told.low_vision else "1.1rem"
    return (
        '<!doctype html>\n<html lang="ru"><head><meta charset="utf-8"><title>Ваши данные</title><style>'
        f"body{{font:{size}/1.6 system-ui,sans-serif;max-width:50rem;margin:2rem auto;color:#111;background:#fff}}"
        "dt{font-weight:700}dd{margin:0 0 .6em 1.2em}</style></head><body><main>"
        f"<h1>Ваши данные</h1><p>Выгружено {told.exported_at:%d.%m.%Y %H:%M} (UTC)</p>\n{body}\n</main></body></html>\n"
    )


def _section(name: str, value: Any, level: int) -> str:
    heading = f"<h{level}>{escape(title(name))}</h{level}>"
    return f"<section>{heading}{''.join(_told(value))}</section>"


def _told(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        yield "<dl>"
        for name, part in value.items():
            if part not in (None, [], {}) and name != "steps":
                yield f"<dt>{escape(title(name))}</dt><dd>{''.join(_told(part))}</dd>"
        yield "</dl>"
    elif isinstance(value, list):
        if not value:
            yield "<p>Ничего нет.</p>"
        for part in value:
            yield "".join(_told(part))
    else:
        yield escape(words(value))


def pdf(told: Export) -> bytes:
    """The same as a document to keep. The texts go in as data, so that nothing a person wrote is taken for markup.

    Takes a second: call it in a thread.
    """
    import typst

    lines = [line for name, value in _parts(told) for line in _lines(name, value, 1)]
    data = {"made": f"Выгружено {told.exported_at:%d.%m.%Y %H:%M} (UTC)", "large": told.low_vision, "lines": lines}
    made = typst.compile(PAGE.encode(), sys_inputs={"told": json.dumps(data)})
    assert isinstance(made, bytes)
    return made


PAGE = """
#let told = json(bytes(sys.inputs.told))
#set document(title: "Ваши данные")
#set page(paper: "a4", margin: 18mm, numbering: "1 / 1")
#set text(lang: "ru", size: if told.large { 16pt } else { 10.5pt })
#heading(level: 1, "Ваши данные")
#told.made
#for line in told.lines {
  if line.text == none { heading(level: calc.min(line.level + 1, 4), line.name) } else {
    pad(left: (line.level - 1) * 4mm, [#strong(line.name): #line.text])
  }
}
"""


def _parts(told: Export) -> Iterator[tuple[str, Any]]:
    return ((name, value) for name, value in jsonable_encoder(told).items() if name != "exported_at")


def _lines(name: str, value: Any, level: int) -> Iterator[dict[str, Any]]:
    """Headings and their lines, in order; what is empty is left out."""
    if value in (None, [], {}) or name == "steps":
        return
    if isinstance(value, list) and not any(isinstance(part, (Mapping, list)) for part in value):
        value = ", ".join(map(words, value))
    if not isinstance(value, (Mapping, list)):
        yield {"name": title(name), "text": words(value), "level": level}
        return
    yield {"name": title(name), "text": None, "level": level}
    for part in value if isinstance(value, list) else [value]:
        inner = part.items() if isinstance(part, Mapping) else [(name, part)]
        for own, told in inner:
            yield from _lines(own, told, level + 1)
