"""Corrections of the journal: always a visible amendment with its reason, never a silent edit (D1-11)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from chassis.errors import invalid
from chassis.text import Stripped
from chassis.work import Unit
from contracts.identifiers import EnquiryOutcome, FamilyStatus
from pydantic import Field, StringConstraints, TypeAdapter, ValidationError
from sqlalchemy import func, select

from intake.enquiries.commands.index_words import index_words
from intake.enquiries.commands.register import DUE, term_of
from intake.enquiries.errors import anonymous_keeps_no_caller, nothing_changes, unknown_code
from intake.enquiries.model.enquiry import Enquiry
from intake.enquiries.model.papers import Amendment, Column, Due
from intake.enquiries.pack import EnquiriesPack
from intake.enquiries.personal import Caller, Change, Place, Words, opened, shut
from intake.enquiries.states import EnquiryState
from intake.particulars.examples import shown
from intake.particulars.phone import normalised
from intake.particulars.requests import Email, LongText, PersonName, ShortText, Strict, acting_person

Why = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=500), Stripped()]
CALLER = frozenset({Column.NAME, Column.PHONE, Column.EMAIL})
WORDS: Mapping[Column, tuple[str, str]] = {Column.REASON: ("question", "question"), Column.RESULT: ("result", "result")}
PLAIN: Mapping[Column, TypeAdapter[Any]] = {
    Column.NAME: TypeAdapter(PersonName),
    Column.EMAIL: TypeAdapter(Email),
    Column.ADDRESS: TypeAdapter(ShortText),
    Column.REASON: TypeAdapter(Annotated[LongText, Field(min_length=3)]),
    Column.RESULT: TypeAdapter(Annotated[LongText, Field(min_length=3)]),
    Column.STATUS: TypeAdapter(FamilyStatus | None),
    Column.COMPLAINT: TypeAdapter(bool),
    Column.OUTCOME: TypeAdapter(EnquiryOutcome),
}
CLOSED_ONLY = frozenset({Column.RESULT, Column.OUTCOME})


class Amend(Strict):
    """``value``: what shall stand there; None empties an address, phone, e-mail or status. ``why`` is shown with it."""

    model_config = shown(column="address", value="п. Лесной, ул. Новая, д. 7", why="Семья переехала")

    column: Column
    value: str | None = Field(None, max_length=4000)
    why: Why


async def amend(enquiry_id: UUID, command: Amend, unit: Unit) -> Enquiry:
    """Correct one column. What stood there stays readable beside it."""
    enquiry = await unit.get(Enquiry, enquiry_id, "enquiry:amend", under=True)
    _require_amendable(enquiry, command.column)
    key = await unit.keys.get(enquiry.person_id)
    after = _checked(command, enquiry, unit)
    before, values = _values(enquiry, command.column, after, key)
    if before == after:
        raise nothing_changes()
    amendment = await _amendment(enquiry, command, before, after, key, unit)
    unit.session.add(amendment)
    # the journal's trigger looks for it before it lets the row change
    await unit.session.flush([amendment])
    enquiry.amend(amendment, values, _due(enquiry, values, unit))
    if enquiry.given_at is None and "complaint" in values:
        await unit.timers.set(DUE, enquiry.id, enquiry.due_at)
    await index_words(enquiry, [after if isinstance(after, str) else None], unit)
    return enquiry


def _require_amendable(enquiry: Enquiry, column: Column) -> None:
    if enquiry.anonymous and column in CALLER:
        raise anonymous_keeps_no_caller("column")
    if column in CLOSED_ONLY and enquiry.state is not EnquiryState.CLOSED:
        raise invalid("result_missing", "column", "Результата в журнале ещё нет.", "There is no result yet.")


def _checked(command: Amend, enquiry: Enquiry, unit: Unit) -> Any:
    column, value, pack = command.column, command.value, unit.packs.of(EnquiriesPack, enquiry.region)
    if column in {Column.THEME, Column.HELP_KIND}:
        entries = pack.themes if column is Column.THEME else pack.help_kinds
        if value not in [entry.code for entry in entries]:
            raise unknown_code("value", [entry.code for entry in entries])
        return value
    if value is None and column in {Column.PHONE, Column.EMAIL, Column.ADDRESS}:
        return None
    if column is Column.PHONE:
        return normalised(value or "")
    try:
        return PLAIN[column].validate_python(value)
    except ValidationError:
        raise invalid("value_invalid", "value", "Проверьте значение.", "Check the value.") from None


def _values(enquiry: Enquiry, column: Column, after: Any, key: Any) -> tuple[Any, dict[str, Any]]:
    """What stands there now, and the columns as they shall be stored."""
    if column in CALLER:
        caller = opened(enquiry.caller, Caller, key, enquiry.id) if enquiry.caller else Caller()
        changed = caller.model_copy(update={column.value: after})
        return getattr(caller, column.value), {"caller": shut(changed, key, enquiry.id)}
    if column is Column.ADDRESS:
        known = opened(enquiry.place, Place, key, enquiry.id).address if enquiry.place else None
        return known, {"place": shut(Place(address=after), key, enquiry.id)}
    if column in WORDS:
        name, part = WORDS[column]
        stored = getattr(enquiry, name)
        words = opened(stored, Words, key, enquiry.id, part).text if stored else None
        return words, {name: shut(Words(text=after), key, enquiry.id, part)}
    return getattr(enquiry, column.value), {column.value: after}


async def _amendment(enquiry: Enquiry, command: Amend, before: Any, after: Any, key: Any, unit: Unit) -> Amendment:
    last = select(func.coalesce(func.max(Amendment.position), 0)).where(Amendment.enquiry_id == enquiry.id)
    position = 1 + (await unit.session.scalar(last) or 0)
    change = Change(before=_written(before), after=_written(after), why=command.why)
    return Amendment(
        enquiry_id=enquiry.id,
        position=position,
        column=command.column,
        change=shut(change, key, enquiry.id, str(position)),
        amended_at=unit.now,
        amended_by=acting_person(unit),
    )


def _written(value: Any) -> str | None:
    return None if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _due(enquiry: Enquiry, values: dict[str, Any], unit: Unit) -> Due:
    complaint = values.get("complaint", enquiry.complaint)
    region, since = unit.regions[enquiry.region], enquiry.due_since
    return Due(
        since, term_of(unit.packs.of(EnquiriesPack, enquiry.region), complaint, since, region, enquiry.territory)
    )
