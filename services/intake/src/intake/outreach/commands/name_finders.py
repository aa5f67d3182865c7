"""Who is responsible for finding families at an operator, and for one family (D3-13)."""

from __future__ import annotations

from uuid import UUID

from chassis.errors import DomainError, Kind, invalid, not_found
from chassis.work import Unit
from pydantic import Field
from sqlalchemy import Select, select

from intake.directory.model.directory import Principal
from intake.outreach.model.outreach import Outreach
from intake.outreach.model.steps import Finder
from intake.particulars.examples import PERSON, shown
from intake.particulars.requests import Strict


class AssignOutreach(Strict):
    """``instead_of``: who is responsible as far as the caller knows; refused where that is somebody else by now."""

    model_config = shown(responsible_id=PERSON)

    responsible_id: UUID
    instead_of: UUID | None = None


class NameFinders(Strict):
    model_config = shown(principal_ids=[PERSON])

    principal_ids: frozenset[UUID] = Field(min_length=1, max_length=50)


async def assign(outreach_id: UUID, command: AssignOutreach, unit: Unit) -> Outreach:
    """Make another person of the operator responsible (D3-13)."""
    outreach = await unit.get(Outreach, outreach_id, "outreach:assign", under=True)
    finder = await unit.session.get(Finder, (outreach.organisation_id, command.responsible_id))
    person = await unit.session.get(Principal, command.responsible_id)
    if finder is None or finder.ended_at is not None or person is None or not person.active:
        raise invalid(
            "not_a_finder",
            "responsible_id",
            "Этот сотрудник не назначен ответственным за выявление.",
            "This person is not responsible for finding.",
        )
    if command.instead_of not in (None, outreach.responsible_id):
        raise DomainError(
            "other_responsible",
            Kind.CONFLICT,
            ru="За семью уже отвечает другой сотрудник. Обновите страницу.",
            en="Another person is responsible for the family by now. Reload.",
            field="instead_of",
        )
    outreach.assign(command.responsible_id, unit.now)
    return outreach


async def name_finders(organisation_id: UUID, command: NameFinders, unit: Unit) -> None:
    """The operator names who is responsible for finding families: at least one person of its own (D3-13)."""
    if organisation_id not in unit.actor.organisation_ids:
        raise not_found()
    people = select(Principal.id).where(
        Principal.id.in_(command.principal_ids), Principal.organisation_id == organisation_id, Principal.active
    )
    if set(await unit.session.scalars(people)) != set(command.principal_ids):
        raise invalid(
            "not_of_the_operator",
            "principal_ids",
            "Ответственным назначают своего сотрудника.",
            "Only the operator's own staff.",
        )
    present = {row.principal_id: row for row in await unit.session.scalars(_finders(organisation_id))}
    for gone in present.keys() - command.principal_ids:
        present[gone].ended_at = unit.now
    for person in command.principal_ids:
        if person in present:
            present[person].ended_at = None
        else:
            row = Finder(
                organisation_id=organisation_id, principal_id=person, named_at=unit.now, named_by=unit.actor.id
            )
            unit.session.add(row)
    await unit.session.flush()


def _finders(organisation_id: UUID) -> Select[Finder]:
    return select(Finder).where(Finder.organisation_id == organisation_id).order_by(Finder.principal_id)
