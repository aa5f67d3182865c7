"""An earlier application of the same child: recognised by the worker, linked, judged by a person, never refused.

Found across the whole service, also where the coordinator may not look: then it is told as a fact only (T9).
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from uuid import UUID

from chassis.errors import DomainError, Kind, not_found
from chassis.work import Unit
from pydantic import BaseModel
from sqlalchemy import select

from intake.applications.commands.index_names import TokenMaker, token_maker
from intake.applications.model.application import Application
from intake.applications.model.duplicates import Duplicate
from intake.applications.model.search import SearchToken
from intake.applications.model.telling import Judgement
from intake.applications.personal import Child, Representative, opened
from intake.particulars.examples import shown
from intake.particulars.names import folded_words, pairs, trigrams, without_patronymic
from intake.particulars.requests import Strict, acting_person

MOST_COMPARED = 500
MOST_LINKED = 20
"""Newest first. Nobody judges more, and whoever files one form a thousand times must not make a million links."""
MISSPELLED = 0.5
"""Share of the trigrams of surname and of first name that must agree where the words themselves do not."""


class JudgeDuplicate(Strict):
    """``same``: both applications are about the same child."""

    model_config = shown(same=True)

    same: bool


async def find_duplicates(application_id: UUID, unit: Unit) -> None:
    """Compare a new application with the earlier ones and link those that look alike (T8: at most a few rows read)."""
    application = await unit.session.get(Application, application_id, with_for_update=True)
    if application is None:
        raise not_found()
    marks = await _marks(application, unit)
    for earlier_id, reasons in (await _alike(application, marks, unit)).items():
        row = Duplicate(
            id=unit.new_id(),
            application_id=application.id,
            earlier_id=earlier_id,
            state="found",
            reasons=sorted(reasons),
            found_at=unit.now,
        )
        unit.session.add(row)
        application.link_duplicate(earlier_id, "found", unit.now)


async def judge_duplicate(application_id: UUID, duplicate_id: UUID, command: JudgeDuplicate, unit: Unit) -> Application:
    """A person says whether it is the same child; said once, it stays."""
    application = await unit.get(Application, application_id, "application:judge_duplicate", under=True)
    row = await unit.session.get(Duplicate, duplicate_id)
    if row is None or row.application_id != application.id:
        raise not_found()
    judgement: Judgement = "confirmed" if command.same else "rejected"
    if row.state not in ("found", judgement):
        raise already_judged()
    if row.state == "found":
        row.state, row.judged_by, row.judged_at = judgement, acting_person(unit), unit.now
        application.link_duplicate(row.earlier_id, judgement, unit.now)
    return application


class _Marks(BaseModel):
    birth: int
    phone: int
    pairs: frozenset[int]
    words: tuple[frozenset[int], ...]
    """The trigrams of surname and first name, each by itself."""


async def _marks(application: Application, unit: Unit) -> _Marks:
    maker, own = token_maker(unit), application.id
    child = opened(application.child, Child, await unit.keys.get(application.child_id), own)
    key = await unit.keys.get(application.representative_id)
    return marks_of(maker, child, opened(application.representative, Representative, key, own).phone)


def marks_of(maker: TokenMaker, child: Child, phone: str) -> _Marks:
    """What an application is compared by."""
    words = without_patronymic(folded_words(child.name))
    return _Marks(
        birth=maker.birth(child.birth_date),
        phone=maker.phone(phone),
        pairs=frozenset(map(maker.pair, pairs(words))),
        words=tuple(frozenset(map(maker.trigram, trigrams(word))) for word in words),
    )


async def _alike(application: Application, marks: _Marks, unit: Unit) -> Mapping[UUID, set[str]]:
    """Only who shares the birth date or the phone is looked at: a few dozen rows among a hundred thousand people."""
    token, other = SearchToken.token, SearchToken.application_id
    near = select(other).where(token.in_((marks.birth, marks.phone)), other != application.id)
    shared = {marks.birth, marks.phone, *marks.pairs}.union(*marks.words)
    earlier = (
        select(Application.id)
        .where(
            Application.id.in_(near),
            (Application.submitted_at < application.submitted_at)
            | ((Application.submitted_at == application.submitted_at) & (Application.id < application.id)),
        )
        .order_by(Application.submitted_at.desc(), Application.id.desc())
        .limit(MOST_COMPARED)
    )
    found: dict[UUID, set[int]] = {id: set() for id in await unit.session.scalars(earlier)}
    for id, value in await unit.session.execute(select(other, token).where(other.in_(found), token.in_(shared))):
        found[id].add(value)
    alike = ((id, reasons) for id, tokens in found.items() if (reasons := agreement(marks, tokens)))
    return dict(islice(alike, MOST_LINKED))


def agreement(marks: _Marks, tokens: set[int]) -> set[str]:
    """Why two applications look alike; empty where they do not. Twins share birth date and phone, not the name."""
    spelled = all(len(word & tokens) >= MISSPELLED * len(word) for word in marks.words)
    told = {
        "birth_date": marks.birth in tokens,
        "phone": marks.phone in tokens,
        "name": bool(marks.pairs & tokens) or spelled,
    }
    agreed = {reason for reason, holds in told.items() if holds}
    return agreed if "name" in agreed and len(agreed) > 1 else set()


def already_judged() -> DomainError:
    return DomainError(
        "already_judged",
        Kind.CONFLICT,
        ru="О совпадении уже решено иначе.",
        en="This has been decided otherwise already.",
    )
