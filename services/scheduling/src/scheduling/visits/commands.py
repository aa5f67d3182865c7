"""What becomes of demand and visits when the programme or the team of a child changes."""

from __future__ import annotations

from chassis.work import Unit
from contracts.cases import ProgrammeApproved, ProgrammeFinished, TeamFixed
from contracts.identifiers import COUNTED_MODES, ProgrammeKind
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from scheduling.roster import roster
from scheduling.visits.model import Demand, Visit, VisitState

_WORKING = frozenset({ProgrammeKind.IKSRA, ProgrammeKind.IPRP})


async def take_demand(event: ProgrammeApproved, unit: Unit) -> None:
    """A new version takes the place of the one before; what is already scheduled stays and counts (T4).

    An IPPSU or IPSS only frames the working programme, whose lines are the demand (D4-05).
    """
    if event.kind not in _WORKING:
        return
    values = event.model_dump(mode="json", include={"address", "contact"}) | {
        "programme_version": event.programme_version,
        "case_id": event.case_id,
        "child_id": event.child_id,
        "region": event.region,
        "territory": event.territory,
        "organisation_id": event.serving_organisation_id,
        "coordinator_id": event.coordinator_id,
        "starts_on": event.starts_on,
        "ends_on": event.ends_on,
        "quota": event.quota,
        "lines": tuple(line for line in event.lines if line.mode in COUNTED_MODES),
    }
    statement = insert(Demand).values(programme_id=event.programme_id, **values)
    await unit.session.execute(
        statement.on_conflict_do_update(
            index_elements=["programme_id"],
            set_=values,
            where=Demand.programme_version <= event.programme_version,
        )
    )


async def end_demand(event: ProgrammeFinished, unit: Unit) -> None:
    """Nothing more is to be planned for it."""
    statement = update(Demand).where(Demand.programme_id == event.programme_id)
    await unit.session.execute(statement.values(ends_on=event.finished_on))


async def follow_team(event: TeamFixed, unit: Unit) -> None:
    """The new team sees the visits to come; who drives keeps seeing them."""
    query = select(Visit).where(Visit.child_id == event.child_id, Visit.state != VisitState.REPORTED)
    for visit in await unit.session.scalars(query.with_for_update()):
        team = roster(unit.packs, visit.region).team({*event.specialist_ids, *visit.specialist_ids})
        await unit.session.execute(update(Visit).where(Visit.id == visit.id).values(team=team))
