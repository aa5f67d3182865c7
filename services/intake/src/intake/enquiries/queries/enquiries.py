"""What can be asked about enquiries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar
from uuid import UUID

from chassis.errors import forbidden, not_found
from chassis.http import ListQuery, Order, Page, PageQuery, page_of, paginate
from chassis.http.periods import Since, Until, within
from chassis.privacy.blobs import Blob
from chassis.work import Unit
from contracts.access import GROUND, FieldGroup
from contracts.identifiers import EnquiryChannel, EnquiryOutcome, Purpose
from contracts.sealed import PersonKey
from pydantic import BaseModel, Field
from sqlalchemy import Row, Select, false, select, text

from intake.acting import drop_token
from intake.directory.queries.names import names_of
from intake.enquiries.errors import theme_missing
from intake.enquiries.model.enquiry import Enquiry
from intake.enquiries.model.papers import Amendment, EnquiryFile, EnquiryWord, ThreadMessage
from intake.enquiries.pack import EnquiriesPack
from intake.enquiries.personal import Caller, Change, Place, Words, opened
from intake.enquiries.queries.cards import (
    NEXT_STEPS,
    STATE_TITLES,
    WITHOUT_SEALED,
    AmendmentView,
    DueView,
    EnquiryCard,
    EnquiryContact,
    EnquiryFileView,
    EnquiryLine,
    EnquirySocial,
    MessageView,
    ThreadView,
    line,
    named,
)
from intake.enquiries.queries.competence import Candidate, candidates
from intake.enquiries.states import ALLOWED, EnquiryState
from intake.enquiries.stems import digests

R = TypeVar("R", ThreadMessage, Amendment, EnquiryFile)
_PLAN_FOR_THESE_WORDS = text("SET LOCAL plan_cache_mode = force_custom_plan")
_column = Enquiry.__table__.c
ORDER = Order(
    {name: _column[name] for name in ("due_at", "registered_at", "number", "state", "territory")},
    _column["id"],
    "due_at",
)
EQUAL = (
    "region",
    "territory",
    "organisation_id",
    "state",
    "channel",
    "theme",
    "help_kind",
    "outcome",
    "complaint",
    "anonymous",
    "year",
)


class Filter(BaseModel):
    """Which enquiries a list shows. ``number``: of the journal or as in letters; ``words``: all of them must occur.

    ``territory``: a settlement of the region, such as the rural ones a remote point is there for (D1-09).
    """

    region: str | None = None
    territory: str | None = None
    organisation_id: UUID | None = None
    state: EnquiryState | None = None
    channel: EnquiryChannel | None = None
    theme: str | None = None
    help_kind: str | None = None
    outcome: EnquiryOutcome | None = None
    complaint: bool | None = None
    anonymous: bool | None = None
    year: int | None = Field(None, ge=2000, le=2200)
    number: str | None = Field(None, max_length=30)
    words: str | None = Field(None, min_length=2, max_length=200)
    mine: bool = False
    unassigned: bool = False
    overdue: bool = False
    registered_since: Since = None
    registered_until: Until = None
    due_since: Since = None
    due_until: Until = None


async def enquiries(wanted: Filter, page: PageQuery, unit: Unit) -> Page[EnquiryLine]:
    """The enquiries the actor may see; row security decides which those are."""
    await drop_token(unit.session)
    visible = select(Enquiry).where(unit.policy.reach(unit.actor, "enquiry:read", Enquiry))
    if wanted.words:
        # which word is rare decides the way, and a plan made for any word does not know it
        await unit.session.execute(_PLAN_FOR_THESE_WORDS)
    statement = _searched(_filtered(visible, wanted, unit), wanted.words, unit)
    rows, cursor, total = await paginate(unit.session, statement.options(*WITHOUT_SEALED), page, ORDER)
    return Page(items=await _listed(rows, unit), next_cursor=cursor, total=total)


async def _listed(rows: Sequence[Row[*tuple[Any, ...]]], unit: Unit) -> list[EnquiryLine]:
    names = await names_of((id for row in rows for id in named(row[0])), unit)
    return [EnquiryLine(**line(row[0], names, unit.now)) for row in rows]


def _filtered(statement: Select[Enquiry], wanted: Filter, unit: Unit) -> Select[Enquiry]:
    for name in EQUAL:
        if (value := getattr(wanted, name)) is not None:
            statement = statement.where(getattr(Enquiry, name) == value)
    if wanted.number:
        bare = wanted.number.strip()
        is_plain = bare.isdecimal() and len(bare) < 10
        statement = statement.where(Enquiry.number == int(bare) if is_plain else Enquiry.registration == bare.upper())
    if wanted.mine:
        statement = statement.where(Enquiry.assigned_to == unit.actor.id)
    if wanted.unassigned:
        statement = statement.where(Enquiry.assigned_to.is_(None))
    if wanted.overdue:
        statement = statement.where(Enquiry.given_at.is_(None), Enquiry.due_at < unit.now)
    return statement.where(
        *within(Enquiry.registered_at, wanted.registered_since, wanted.registered_until),
        *within(Enquiry.due_at, wanted.due_since, wanted.due_until),
    )


def _searched(statement: Select[Enquiry], words: str | None, unit: Unit) -> Select[Enquiry]:
    """All words must occur, in any of the actor's journals: the digests differ from journal to journal."""
    if not words:
        return statement
    for position in range(len(digests(unit.settings, UUID(int=0), [words]))):
        sought = [digests(unit.settings, id, [words])[position] for id in unit.actor.organisation_ids]
        holds = select(EnquiryWord.enquiry_id).where(EnquiryWord.word.in_(sought))
        statement = statement.where(Enquiry.id.in_(holds))
    return statement if digests(unit.settings, UUID(int=0), [words]) else statement.where(false())


async def enquiry_card(enquiry_id: UUID, unit: Unit) -> EnquiryCard:
    """Everything the actor may see of one enquiry; the reading is recorded."""
    return await card(await unit.get(Enquiry, enquiry_id, "enquiry:read"), unit)


async def card(enquiry: Enquiry, unit: Unit) -> EnquiryCard:
    """The card of an enquiry that was loaded for the actor."""
    await unit.session.flush()
    groups = unit.policy.visible_groups(unit.actor, "enquiry", enquiry, frozenset())
    granted = unit.policy.visible_groups(unit.actor, "enquiry", enquiry, frozenset(GROUND.values()))
    await unit.audit.read("enquiry", enquiry.person_id, groups, Purpose.CONTACT, subject_id=enquiry.id)
    key = await unit.keys.get(enquiry.person_id)
    return EnquiryCard(
        **line(enquiry, await names_of(named(enquiry), unit), unit.now),
        received_at=enquiry.received_at,
        answered_at=enquiry.answered_at,
        closed_at=enquiry.closed_at,
        call_attempts=enquiry.call_attempts,
        files=[file_view(row) for row in await _all(EnquiryFile, enquiry.id, unit)],
        contact=contact(enquiry, key) if FieldGroup.CONTACT in groups else None,
        social=await _social(enquiry, key, unit) if FieldGroup.SOCIAL in groups else None,
        withheld=sorted(granted - groups - {FieldGroup.HEALTH}),
    )


def contact(enquiry: Enquiry, key: PersonKey) -> EnquiryContact:
    """Who asked and from where; empty where anonymous."""
    caller = opened(enquiry.caller, Caller, key, enquiry.id) if enquiry.caller else Caller()
    address = opened(enquiry.place, Place, key, enquiry.id).address if enquiry.place else None
    return EnquiryContact(**caller.model_dump(), address=address)


async def _social(enquiry: Enquiry, key: PersonKey, unit: Unit) -> EnquirySocial:
    return EnquirySocial(
        status=enquiry.status,
        question=opened(enquiry.question, Words, key, enquiry.id, "question").text,
        result=opened(enquiry.result, Words, key, enquiry.id, "result").text if enquiry.result else None,
        thread=await _thread(enquiry, key, unit),
        amendments=[amendment_view(row, key) for row in await _all(Amendment, enquiry.id, unit)],
    )


async def _thread(enquiry: Enquiry, key: PersonKey, unit: Unit) -> list[MessageView]:
    rows = sorted(await _all(ThreadMessage, enquiry.id, unit), key=lambda row: (row.written_at, row.id))
    return [
        MessageView(id=r.id, author=r.author, written_at=r.written_at, text=opened(r.words, Words, key, r.id).text)
        for r in rows
    ]


def amendment_view(row: Amendment, key: PersonKey) -> AmendmentView:
    """A correction in the clear."""
    change = opened(row.change, Change, key, row.enquiry_id, str(row.position))
    return AmendmentView(
        position=row.position,
        column=row.column,
        **change.model_dump(),
        amended_at=row.amended_at,
        amended_by=row.amended_by,
    )


async def thread(enquiry_id: UUID, unit: Unit) -> ThreadView:
    """The question of the request's token, in plain words; staff's notes are not in it."""
    await unit.session.flush()
    enquiry = await unit.session.get_one(Enquiry, enquiry_id)
    unit.policy.require(unit.actor, "enquiry:status", enquiry)
    return await _thread_view(enquiry, unit)


async def own_thread(enquiry_id: UUID, unit: Unit) -> ThreadView:
    """The same of a question the account has asked."""
    await unit.session.flush()
    return await _thread_view(await unit.get(Enquiry, enquiry_id, "enquiry:own"), unit)


async def _thread_view(enquiry: Enquiry, unit: Unit) -> ThreadView:
    key = await unit.keys.get(enquiry.person_id)
    return ThreadView(
        id=enquiry.id,
        number=enquiry.registration,
        state=enquiry.state,
        state_title=STATE_TITLES[enquiry.state],
        next_step=NEXT_STEPS[enquiry.state],
        registered_at=enquiry.registered_at,
        answer_channel=enquiry.answer_channel,
        time_zone=str(unit.regions[enquiry.region].zone_of(enquiry.territory.partition("/")[2] or None)),
        due=DueView.of(enquiry, unit.now),
        thread=await _thread(enquiry, key, unit),
        can_write=enquiry.state in ALLOWED["ask"],
    )


async def own(page: PageQuery, unit: Unit) -> Page[EnquiryLine]:
    """The questions the account has asked."""
    await drop_token(unit.session)
    statement = select(Enquiry).where(Enquiry.asked_by == unit.actor.id)
    rows, cursor, total = await paginate(unit.session, statement.options(*WITHOUT_SEALED), page, ORDER)
    return Page(items=await _listed(rows, unit), next_cursor=cursor, total=total)


async def specialists(enquiry_id: UUID, page: ListQuery, unit: Unit) -> Page[Candidate]:
    """Who is competent, best first, and why (D1-20)."""
    enquiry = await unit.get(Enquiry, enquiry_id, "enquiry:assign")
    if enquiry.theme is None:
        raise theme_missing()
    return page_of(await candidates(enquiry, unit.packs.of(EnquiriesPack, enquiry.region), unit), page)


async def open_file(enquiry_id: UUID, file_id: UUID, unit: Unit) -> tuple[Blob, bytes]:
    """An attached file, for a reader who sees what the person said; the reading is recorded."""
    enquiry = await unit.get(Enquiry, enquiry_id, "enquiry:read")
    groups = unit.policy.visible_groups(unit.actor, "enquiry", enquiry, frozenset())
    if FieldGroup.SOCIAL not in groups:
        raise forbidden()
    if file_id not in [row.blob_id for row in await _all(EnquiryFile, enquiry.id, unit)]:
        raise not_found()
    read = {FieldGroup.SOCIAL}
    await unit.audit.read("enquiry", enquiry.person_id, read, Purpose.CONTACT, subject_id=enquiry.id)
    return await unit.blobs.open(file_id)


def file_view(row: EnquiryFile) -> EnquiryFileView:
    """What is known of a file without opening it."""
    return EnquiryFileView(
        id=row.blob_id, kind=row.kind, media_type=row.media_type, size=row.size, attached_at=row.attached_at
    )


async def _all(model: type[R], enquiry_id: UUID, unit: Unit) -> Sequence[R]:
    return (await unit.session.scalars(select(model).where(model.enquiry_id == enquiry_id))).all()
