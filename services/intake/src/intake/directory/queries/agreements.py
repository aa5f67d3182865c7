"""Which agreements stand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from chassis.errors import DomainError, Kind
from chassis.http import Order, Page, PageQuery, paginate
from chassis.regions import Region
from chassis.work import Unit
from pydantic import BaseModel
from sqlalchemy import ColumnElement, and_, func, or_, select

from intake.directory.model.agreements import Agreement
from intake.directory.pack import AgreementKind
from intake.directory.queries.names import Names, names_of


class AgreementView(BaseModel):
    id: UUID
    version: int
    region: str
    kind: AgreementKind
    number: str
    from_organisation_id: UUID
    from_organisation_title: str | None
    to_organisation_id: UUID
    to_organisation_title: str | None
    signed_on: date
    valid_until: date | None
    ended_on: date | None
    stands: bool

    @classmethod
    def of(cls, agreement: Agreement, names: Names, today: date) -> AgreementView:
        return cls(
            id=agreement.id,
            version=agreement.version,
            region=agreement.region,
            kind=agreement.kind,
            number=agreement.number,
            from_organisation_id=agreement.from_organisation_id,
            from_organisation_title=names.of(agreement.from_organisation_id),
            to_organisation_id=agreement.to_organisation_id,
            to_organisation_title=names.of(agreement.to_organisation_id),
            signed_on=agreement.signed_on,
            valid_until=agreement.valid_until,
            ended_on=agreement.ended_on,
            stands=agreement.stands(today),
        )


_column = Agreement.__table__.c


ORDER = Order({"signed_on": _column["signed_on"], "number": _column["number"]}, _column["id"], "-signed_on")


async def agreements(organisation_id: UUID | None, standing: bool, page: PageQuery, unit: Unit) -> Page[AgreementView]:
    """The agreements the asker may see, of one organisation where it is named."""
    statement = select(Agreement)
    if organisation_id:
        ends = (Agreement.from_organisation_id, Agreement.to_organisation_id)
        statement = statement.where((ends[0] == organisation_id) | (ends[1] == organisation_id))
    if standing:
        statement = statement.where(or_(*(_standing_in(region, unit) for region in unit.regions)))
    rows, cursor, total = await paginate(unit.session, statement, page, ORDER)
    items = await _views([row[0] for row in rows], unit)
    return Page(items=items, next_cursor=cursor, total=total)


async def agreement_view(agreement: Agreement, unit: Unit) -> AgreementView:
    """An agreement as lists show it."""
    (view,) = await _views([agreement], unit)
    return view


async def _views(rows: Sequence[Agreement], unit: Unit) -> list[AgreementView]:
    names = await names_of((id for row in rows for id in (row.from_organisation_id, row.to_organisation_id)), unit)
    return [AgreementView.of(row, names, today_of(unit, row.region)) for row in rows]


def _standing_in(region: str, unit: Unit) -> ColumnElement[bool]:
    """`Agreement.stands` as the database says it: by the day it is in the region."""
    today, last_day = today_of(unit, region), func.least(Agreement.valid_until, Agreement.ended_on)
    return and_(Agreement.region == region, Agreement.signed_on <= today, func.coalesce(last_day, today) >= today)


async def require_agreement(from_organisation: UUID, to_organisation: UUID, unit: Unit) -> Agreement:
    """The agreement an outgoing request to a co-executor rests on (D3-07); ``agreement_missing`` where none stands."""
    between = select(Agreement).where(
        Agreement.from_organisation_id == from_organisation, Agreement.to_organisation_id == to_organisation
    )
    for found in await unit.session.scalars(between):
        if found.stands(today_of(unit, found.region)):
            return found
    raise agreement_missing()


def today_of(unit: Unit, region: str) -> date:
    """The day it is in the region now."""
    known: Region | None = unit.regions.get(region)
    return (unit.now.astimezone(known.zone) if known else unit.now).date()


def agreement_missing() -> DomainError:
    return DomainError(
        "agreement_missing",
        Kind.CONFLICT,
        ru="С этой организацией нет действующего соглашения. Запрос соисполнителю возможен только по соглашению.",
        en="No agreement with this organisation stands; a request to a co-executor needs one.",
    )
