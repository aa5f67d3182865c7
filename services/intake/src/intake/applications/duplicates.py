"""An earlier application of the same child: recognised by the worker, linked, judged by a person, never refused.

Found across the whole service, also where the coordinator may not look: then it is told as a fact only (T9).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from itertools import islice
from uuid import UUID

from chassis.errors import DomainError, Kind, not_found
from chassis.work import Unit
from pydantic import BaseModel, ConfigDict
from sqlalchemy import ARRAY, ForeignKey, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from intake.applications.facts import Judgement
from intake.applications.model import Application
from intake.applications.personal import Child, Representative, opened
from intake.applications.tokens import SearchToken, TokenMaker, token_maker
from intake.particulars.names import folded_words, pairs, trigrams, without_patronymic
from intake.particulars.requests import Versioned, acting_person
from intake.tables import Base

MOST_COMPARED = 500
MOST_LINKED = 20
"""Newest first. Nobody judges more, and whoever files one form a thousand times must not make a million links."""
MISSPELLED = 0.5
"""Share of the trigrams of surname and of first name that must agree where the words themselves do not."""


class Duplicate(Base):
    """An earlier application that looks like the same child's. ``reasons`` says what agrees."""

    __tablename__ = "application_duplicates"
    __table_args__ = (UniqueConstraint("application_id", "earlier_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    application_id: Mapped[UUID] = mapped_column(ForeignKey("applications.id"))
    earlier_id: Mapped[UUID]
    state: Mapped[str]
    reasons: Mapped[list[str]] = mapped_column(ARRAY(Text))
    found_at: Mapped[datetime]
    judged_by: Mapped[UUID | None]
    judged_at: Mapped[datetime | None]


class JudgeDuplicate(Versioned):
    """``same``: both applications are about the same child."""

    same: bool


class DuplicateView(BaseModel):
    """``earlier_id`` and ``number`` are None where the earlier application is another organisation's (T9)."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    state: Judgement
    reasons: list[str]
    found_at: datetime
    earlier_id: UUID | None
    number: str | None


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
    application = await unit.get(Application, application_id, "application:judge_duplicate", version=command.version)
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


async def duplicates_of(application_id: UUID, unit: Unit) -> list[DuplicateView]:
    """The earlier applications linked to one, with their numbers where the actor may see them."""
    joined = (
        select(Duplicate, Application.id, Application.number)
        .outerjoin(Application, Application.id == Duplicate.earlier_id)
        .where(Duplicate.application_id == application_id)
        .order_by(Duplicate.found_at, Duplicate.id)
    )
    return [
        DuplicateView(
            id=row.id, state=row.state, reasons=row.reasons, found_at=row.found_at, earlier_id=seen, number=number
        )
        for row, seen, number in await unit.session.execute(joined)
    ]


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
