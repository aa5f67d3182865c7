"""Agreements: resource centre – operator, operator – co-executor (D3-07).

An outgoing request to a co-executor needs one that stands; signals that come in never do.
"""

from __future__ import annotations

from datetime import date
from uuid import UUID

from chassis.aggregate import Aggregate
from chassis.errors import DomainError, Kind
from chassis.http import Order, Page, PageQuery, paginate
from chassis.regions import Region
from chassis.work import Unit
from contracts.intake import AgreementRegistered
from pydantic import BaseModel, ConfigDict, Field, model_validator
from sqlalchemy import ColumnElement, ForeignKey, UniqueConstraint, and_, func, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from intake.directory.model import Organisation
from intake.directory.pack import AgreementKind, OrganisationRole
from intake.tables import Base

SIDES = {
    AgreementKind.RESOURCE_CENTRE_OPERATOR: (OrganisationRole.RESOURCE_CENTRE, OrganisationRole.OPERATOR),
    AgreementKind.OPERATOR_CO_EXECUTOR: (OrganisationRole.OPERATOR, OrganisationRole.CO_EXECUTOR),
}
"""The role each side must have."""


class Agreement(Aggregate, Base):
    """An agreement of two organisations with its term; without ``valid_until`` it stands until it is ended."""

    __tablename__ = "agreements"
    __table_args__ = (UniqueConstraint("from_organisation_id", "number"),)

    region: Mapped[str]
    kind: Mapped[AgreementKind]
    number: Mapped[str]
    from_organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    to_organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    signed_on: Mapped[date]
    valid_until: Mapped[date | None]
    ended_on: Mapped[date | None]

    def stands(self, on: date) -> bool:
        """Whether it is in force on a day; the last day of the term counts."""
        last = min(filter(None, (self.valid_until, self.ended_on)), default=date.max)
        return self.signed_on <= on <= last

    def registered(self, on: date) -> None:
        """Tell the present state of the agreement."""
        self.record(
            AgreementRegistered(
                agreement_id=self.id,
                region=self.region,
                kind=self.kind.value,
                from_organisation_id=self.from_organisation_id,
                to_organisation_id=self.to_organisation_id,
                signed_on=self.signed_on,
                valid_until=self.ended_on or self.valid_until,
                active=self.stands(on),
            )
        )


class RegisterAgreement(BaseModel):
    model_config = ConfigDict(extra="forbid")

    kind: AgreementKind
    number: str = Field(min_length=1, max_length=60)
    from_organisation_id: UUID
    to_organisation_id: UUID
    signed_on: date
    valid_until: date | None = None

    @model_validator(mode="after")
    def _term_runs_forward(self) -> RegisterAgreement:
        if self.valid_until and self.valid_until < self.signed_on:
            raise DomainError(
                "term_backwards",
                Kind.INVALID,
                ru="Срок соглашения заканчивается раньше, чем оно подписано.",
                en="The term ends before the agreement was signed.",
                field="valid_until",
            )
        return self


class AgreementView(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    version: int
    region: str
    kind: AgreementKind
    number: str
    from_organisation_id: UUID
    to_organisation_id: UUID
    signed_on: date
    valid_until: date | None
    ended_on: date | None
    stands: bool

    @classmethod
    def of(cls, agreement: Agreement, today: date) -> AgreementView:
        told = {name: getattr(agreement, name) for name in cls.model_fields if name != "stands"}
        return cls(**told, stands=agreement.stands(today))


_column = Agreement.__table__.c
ORDER = Order({"signed_on": _column["signed_on"], "number": _column["number"]}, _column["id"], "-signed_on")


async def register_agreement(command: RegisterAgreement, unit: Unit) -> Agreement:
    """Enter an agreement; by the administrator, or by the head of the organisation that signs it."""
    first = await _side(command, 0, unit)
    second = await _side(command, 1, unit)
    agreement = Agreement(id=unit.new_id(), region=first.region, **command.model_dump())
    unit.policy.require(unit.actor, "agreement:register", agreement)
    if second.region != first.region:
        raise _unsuitable("to_organisation_id")
    agreement.registered(today_of(unit, first.region))
    unit.session.add(agreement)
    return agreement


async def end_agreement(agreement_id: UUID, unit: Unit) -> Agreement:
    """The agreement ends today; again: nothing."""
    agreement = await unit.get(Agreement, agreement_id, "agreement:end")
    today = today_of(unit, agreement.region)
    if agreement.ended_on is None:
        agreement.ended_on = today
        agreement.registered(today)
    return agreement


async def agreements(organisation_id: UUID | None, standing: bool, page: PageQuery, unit: Unit) -> Page[AgreementView]:
    """The agreements the asker may see, of one organisation where it is named."""
    statement = select(Agreement)
    if organisation_id:
        ends = (Agreement.from_organisation_id, Agreement.to_organisation_id)
        statement = statement.where((ends[0] == organisation_id) | (ends[1] == organisation_id))
    if standing:
        statement = statement.where(or_(*(_standing_in(region, unit) for region in unit.regions)))
    rows, cursor = await paginate(unit.session, statement, page, ORDER)
    items = [AgreementView.of(row[0], today_of(unit, row[0].region)) for row in rows]
    return Page(items=items, next_cursor=cursor)


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


async def _side(command: RegisterAgreement, which: int, unit: Unit) -> Organisation:
    field = ("from_organisation_id", "to_organisation_id")[which]
    found = await unit.session.get(Organisation, getattr(command, field))
    if found is None or SIDES[command.kind][which] not in found.roles:
        raise _unsuitable(field)
    return found


def _unsuitable(field: str) -> DomainError:
    return DomainError(
        "side_unsuitable",
        Kind.INVALID,
        ru="У этой организации нет роли, которая нужна для такого соглашения.",
        en="This organisation lacks the role such an agreement needs.",
        field=field,
    )


def agreement_missing() -> DomainError:
    return DomainError(
        "agreement_missing",
        Kind.CONFLICT,
        ru="С этой организацией нет действующего соглашения. Запрос соисполнителю возможен только по соглашению.",
        en="No agreement with this organisation stands; a request to a co-executor needs one.",
    )
