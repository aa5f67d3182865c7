"""The journal in its legal form: seven columns in the source's order, corrections visible in place (D1-11)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from chassis.errors import DomainError, Kind, invalid, not_found
from chassis.http import Order, Page, PageQuery, paginate
from chassis.http.periods import FirstDay, LastDay
from chassis.work import Unit
from contracts.access import FieldGroup
from contracts.identifiers import Purpose
from contracts.sealed import PersonKey
from pydantic import BaseModel, Field
from sqlalchemy import Date, Select, cast, func, select

from intake.acting import drop_token
from intake.enquiries.model.enquiry import Enquiry
from intake.enquiries.model.papers import Amendment, Column
from intake.enquiries.pack import EnquiriesPack
from intake.enquiries.packs import journal_of, organisation_title
from intake.enquiries.personal import Words, opened
from intake.enquiries.queries.cards import AmendmentView
from intake.enquiries.queries.enquiries import amendment_view, contact

COLUMNS = (
    "№ п/п",
    "Дата регистрации",
    "ФИО гражданина или указание на анонимность",
    "Адрес обратившегося",
    "Статус (СОП, ТЖС)",
    "Причина обращения",
    "Результат обращения",
)
"""The seven columns, in the words and the order of the source."""
ANONYMOUS = "анонимно"
NOT_TOLD = "не указано"
ERASED = "данные удалены"
MOST_ROWS = 5_000
READ = frozenset({FieldGroup.CORE, FieldGroup.CONTACT, FieldGroup.SOCIAL})
_column = Enquiry.__table__.c
ORDER = Order({"number": _column["number"]}, _column["id"], "number")


class JournalQuery(BaseModel):
    """One journal of one year; ``since`` and ``until`` narrow it down by the day of registration."""

    organisation_id: UUID
    year: int = Field(ge=2000, le=2200)
    since: FirstDay = None
    until: LastDay = None


class JournalRow(BaseModel):
    """A line. Each field is a column; a correction stands in the cell with what it replaced."""

    number: int
    registered_on: str
    who: str
    address: str
    status: str
    reason: str
    result: str

    @property
    def cells(self) -> tuple[str, ...]:
        """The seven cells in order."""
        return (str(self.number), self.registered_on, self.who, self.address, self.status, self.reason, self.result)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A journal to be written to a file."""

    title: str
    organisation: str
    year: int
    rows: Sequence[JournalRow]
    printed_at: str


async def page(wanted: JournalQuery, paging: PageQuery, unit: Unit) -> Page[JournalRow]:
    """A page of the journal; every line shown is recorded as read."""
    await drop_token(unit.session)
    zone = unit.regions[_kept_in(wanted, unit)].zone
    rows, cursor, total = await paginate(unit.session, _lines(wanted, zone), paging, ORDER)
    return Page(items=await _rows([row[0] for row in rows], unit), next_cursor=cursor, total=total)


async def sheet(wanted: JournalQuery, unit: Unit) -> Sheet:
    """The whole journal of the year or of its part; 404 for an organisation that keeps none."""
    await drop_token(unit.session)
    region = _kept_in(wanted, unit)
    zone = unit.regions[region].zone
    found = (await unit.session.scalars(_lines(wanted, zone).order_by(Enquiry.number).limit(MOST_ROWS + 1))).all()
    if len(found) > MOST_ROWS:
        raise invalid("journal_too_long", "since", "Выберите период короче.", "Choose a shorter period.")
    kept = journal_of(unit.packs, region, wanted.organisation_id)
    return Sheet(
        title=kept.title if kept else "",
        organisation=organisation_title(unit.packs, region, wanted.organisation_id),
        year=wanted.year,
        rows=await _rows(found, unit),
        printed_at=_day(unit.now, zone),
    )


def _kept_in(wanted: JournalQuery, unit: Unit) -> str:
    """The region of the journal; 404 where the organisation is not the actor's or keeps none."""
    mine = wanted.organisation_id in unit.actor.organisation_ids
    region = next(
        (code for code in unit.packs.all(EnquiriesPack) if journal_of(unit.packs, code, wanted.organisation_id)), None
    )
    if region is None or not mine:
        raise not_found()
    return region


def _lines(wanted: JournalQuery, zone: ZoneInfo) -> Select[Enquiry]:
    statement = select(Enquiry).where(Enquiry.organisation_id == wanted.organisation_id, Enquiry.year == wanted.year)
    day = cast(func.timezone(str(zone), Enquiry.registered_at), Date)
    if wanted.since:
        statement = statement.where(day >= wanted.since)
    return statement.where(day <= wanted.until) if wanted.until else statement


async def _rows(enquiries: Sequence[Enquiry], unit: Unit) -> list[JournalRow]:
    shown = [(enquiry.person_id, enquiry.id) for enquiry in enquiries]
    await unit.audit.listed("enquiry", shown, READ, Purpose.CONTACT)
    ids = [enquiry.id for enquiry in enquiries]
    amended: dict[UUID, list[Amendment]] = {}
    found = select(Amendment).where(Amendment.enquiry_id.in_(ids)).order_by(Amendment.position)
    for row in await unit.session.scalars(found):
        amended.setdefault(row.enquiry_id, []).append(row)
    return [await _row(enquiry, amended.get(enquiry.id, []), unit) for enquiry in enquiries]


async def _row(enquiry: Enquiry, amended: list[Amendment], unit: Unit) -> JournalRow:
    pack, zone = unit.packs.of(EnquiriesPack, enquiry.region), unit.regions[enquiry.region].zone
    try:
        key: PersonKey | None = await unit.keys.get(enquiry.person_id)
    except DomainError as error:
        if error.kind is not Kind.GONE:
            raise
        key = None
    notes = _Notes([amendment_view(row, key) for row in amended] if key else [], pack, zone)
    who = contact(enquiry, key) if key else None
    return JournalRow(
        number=enquiry.number,
        registered_on=_day(enquiry.registered_at, zone),
        who=notes.on(ANONYMOUS if enquiry.anonymous else (who.name or NOT_TOLD) if who else ERASED, Column.NAME),
        address=notes.on((who.address or NOT_TOLD) if who else ERASED, Column.ADDRESS),
        status=notes.on(pack.statuses.get(enquiry.status or "", "—"), Column.STATUS),
        reason=notes.on(_reason(enquiry, key, pack), Column.THEME, Column.REASON, Column.COMPLAINT),
        result=notes.on(_result(enquiry, key), Column.RESULT),
    )


def _reason(enquiry: Enquiry, key: PersonKey | None, pack: EnquiriesPack) -> str:
    theme = pack.theme(enquiry.theme)
    words = opened(enquiry.question, Words, key, enquiry.id, "question").text if key else ERASED
    parts = ("Жалоба" if enquiry.complaint else "", theme.title if theme else "", words)
    return ". ".join(part for part in parts if part)


def _result(enquiry: Enquiry, key: PersonKey | None) -> str:
    if enquiry.result is None:
        return ""
    return opened(enquiry.result, Words, key, enquiry.id, "result").text if key else ERASED


@dataclass(frozen=True, slots=True)
class _Notes:
    """Corrections of one line, as they stand in its cells."""

    amendments: Sequence[AmendmentView]
    pack: EnquiriesPack
    zone: ZoneInfo

    def on(self, now: str, *columns: Column) -> str:
        notes = [self._note(a) for a in self.amendments if a.column in columns]
        return "\n".join([now, *notes])

    def _note(self, amendment: AmendmentView) -> str:
        was = self._titles(amendment.column).get(amendment.before or "", amendment.before or NOT_TOLD)
        return f"(исправлено {_day(amendment.amended_at, self.zone)}: было «{was}»; {amendment.why})"

    def _titles(self, column: Column) -> Mapping[str, str]:
        if column is Column.THEME:
            return {theme.code: theme.title for theme in self.pack.themes}
        if column is Column.COMPLAINT:
            return {"true": "жалоба", "false": "не жалоба"}
        return self.pack.statuses if column is Column.STATUS else {}


def _day(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%d.%m.%Y}"
