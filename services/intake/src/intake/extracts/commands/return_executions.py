"""Execution of IPRA measures: marked here, sent back to the bureau as a file in a versioned layout (D3-24)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any
from uuid import UUID
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

from chassis.errors import DomainError, Kind, forbidden, invalid
from chassis.work import Unit
from contracts.identifiers import Code
from pydantic import BaseModel, Field
from sqlalchemy import select

from intake.extracts.model import IpraExecution, IpraExtract, IpraReturn
from intake.finding.grounds import covers, ground_missing
from intake.finding.referrals_pack import ReferralsPack
from intake.particulars.examples import ORGANISATION, REGION, shown
from intake.particulars.requests import acting_person

XML_1 = "ipra-execution-xml-1"
PURPOSE = "ipra_return"


class RecordExecution(BaseModel):
    """``measure``: its place in the extract, from 1. ``reason_code`` of the pack where it was not executed."""

    model_config = shown(measure=1, executed=True, executed_on="2026-04-10")

    measure: int = Field(ge=1, le=100)
    executed: bool
    executed_on: date
    reason_code: Code | None = None


class MakeReturn(BaseModel):
    model_config = shown(region=REGION, organisation_id=ORGANISATION)

    id: UUID | None = None
    region: Code
    organisation_id: UUID


async def record_execution(extract_id: UUID, command: RecordExecution, unit: Unit) -> IpraExtract:
    """Mark a measure; a corrected mark goes with the next file again."""
    extract = await unit.get(IpraExtract, extract_id, "ipra_extract:execute", under=True)
    _check(command, extract, unit)
    row = await unit.session.get(IpraExecution, (extract.id, command.measure), with_for_update=True)
    if row is None:
        row = IpraExecution(extract_id=extract.id, measure=command.measure)
        unit.session.add(row)
    row.executed, row.executed_on, row.reason = command.executed, command.executed_on, command.reason_code
    row.recorded_at, row.recorded_by, row.return_id = unit.now, acting_person(unit), None
    extract.executed(row)
    await unit.session.flush()
    return extract


async def make_return(command: MakeReturn, unit: Unit) -> IpraReturn:
    """A file of every mark of the operator not sent yet. It leaves on the pack's ground only (D3-26)."""
    pack = unit.packs.of(ReferralsPack, command.region)
    ground = pack.ground(pack.extracts.return_ground)
    if ground is None or not covers(ground, PURPOSE, None if not ground.departments else min(ground.departments)):
        raise ground_missing(PURPOSE, [])
    if command.organisation_id not in unit.actor.organisation_ids:
        raise forbidden()
    waiting = (
        select(IpraExecution, IpraExtract.number, IpraExtract.issued_on)
        .join(IpraExtract, IpraExtract.id == IpraExecution.extract_id)
        .where(
            IpraExtract.region == command.region,
            IpraExtract.organisation_id == command.organisation_id,
            IpraExecution.return_id.is_(None),
        )
        .order_by(IpraExtract.number, IpraExtract.issued_on, IpraExecution.measure)
        .with_for_update(of=IpraExecution)
    )
    made = IpraReturn(
        id=command.id or unit.new_id(),
        region=command.region,
        organisation_id=command.organisation_id,
        layout=XML_1,
        ground=ground.code,
        made_at=unit.now,
        made_by=acting_person(unit),
        lines=[],
    )
    lines = []
    for row, number, issued_on in await unit.session.execute(waiting):
        row.return_id = made.id
        lines.append([number, str(issued_on), row.measure, row.executed, str(row.executed_on), row.reason])
    if not lines:
        raise _nothing_to_send()
    made.lines = lines
    unit.session.add(made)
    await unit.session.flush()
    return made


def content(made: IpraReturn, zone: ZoneInfo) -> bytes:
    """The file in layout ``ipra-execution-xml-1``, dated by the region's day; the same bytes whenever asked for."""
    made_on = made.made_at.astimezone(zone).date()
    return "\n".join(_xml(made.id, str(made_on), made.lines)).encode() + b"\n"


def _xml(id: UUID, made_on: str, lines: Sequence[Any]) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield f'<ipraExecution version="1" id="{id}" madeOn="{made_on}">'
    for number, issued_on, measure, executed, on, reason in lines:
        mark = "executed" if executed else "notExecuted"
        why = f"<reason>{escape(reason)}</reason>" if reason else ""
        yield (
            f"  <measure><number>{escape(number)}</number><issuedOn>{issued_on}</issuedOn><place>{measure}</place>"
            f"<mark>{mark}</mark><on>{on}</on>{why}</measure>"
        )
    yield "</ipraExecution>"


def _check(command: RecordExecution, extract: IpraExtract, unit: Unit) -> None:
    today = unit.now.astimezone(unit.regions[extract.region].zone).date()
    known = unit.packs.of(ReferralsPack, extract.region).reason("execution", command.reason_code or "")
    if command.measure > extract.measures:
        raise invalid("measure_unknown", "measure", "В выписке нет такого мероприятия.", "No such measure.")
    if not extract.issued_on <= command.executed_on <= today:
        raise invalid(
            "execution_date", "executed_on", "Дата вне срока выписки или в будущем.", "Outside the extract or ahead."
        )
    if not command.executed and known is None:
        raise invalid("reason_unknown", "reason_code", "Выберите причину из списка.", "Choose a reason of the list.")
    if command.executed and command.reason_code:
        raise invalid("reason_needless", "reason_code", "Причина нужна для неисполненного.", "Only where not executed.")


def _nothing_to_send() -> DomainError:
    return DomainError(
        "nothing_to_send", Kind.CONFLICT, ru="Новых отметок об исполнении нет.", en="There are no new marks."
    )
