"""Agreements: resource centre – operator, operator – co-executor (D3-07).

An outgoing request to a co-executor needs one that stands; signals that come in never do.
"""

from __future__ import annotations

from datetime import date
from uuid import UUID

from chassis.errors import DomainError, Kind
from chassis.work import Unit
from pydantic import BaseModel, Field, model_validator

from intake.directory.model.agreements import SIDES, Agreement
from intake.directory.model.directory import Organisation
from intake.directory.pack import AgreementKind
from intake.directory.queries.agreements import today_of
from intake.particulars.examples import ORGANISATION, PARTNER, shown


class RegisterAgreement(BaseModel):
    model_config = shown(
        kind="operator_co_executor",
        number="С-12/2026",
        from_organisation_id=ORGANISATION,
        to_organisation_id=PARTNER,
        signed_on="2026-02-16",
        valid_until="2027-02-15",
    )

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
    agreement = await unit.get(Agreement, agreement_id, "agreement:end", under=True)
    today = today_of(unit, agreement.region)
    if agreement.ended_on is None:
        agreement.ended_on = today
        agreement.registered(today)
    return agreement


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
