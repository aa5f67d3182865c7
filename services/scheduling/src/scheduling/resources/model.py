"""Specialists and their absences, and the replicas of facts other services own."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from chassis.aggregate import Aggregate
from contracts.scheduling import SpecialistRegistered
from sqlalchemy import ARRAY, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from scheduling.roster import Roster
from scheduling.tables import Base


class Specialist(Aggregate, Base):
    """A specialist as the pack names him or her (D0-12, D4-12). ``principal_id`` signs in."""

    __tablename__ = "specialists"

    login: Mapped[str]
    principal_id: Mapped[UUID]
    region: Mapped[str]
    territory: Mapped[str]
    organisation_id: Mapped[UUID] = mapped_column(index=True)
    skills: Mapped[list[str]] = mapped_column(ARRAY(Text()))
    active: Mapped[bool] = mapped_column(default=True)

    def stand(self, roster: Roster, active: bool) -> None:
        """Take over what the pack says now; a fact is recorded only when something changed."""
        entry = roster.specialists.get(self.id)
        skills = sorted(entry.skills) if entry else self.skills
        organisation = roster.organisation(entry.organisation) if entry else self.organisation_id
        if self.version and (self.skills, self.organisation_id, self.active) == (skills, organisation, active):
            return
        self.skills, self.organisation_id, self.active = skills, organisation, active
        self.record(
            SpecialistRegistered(
                specialist_id=self.id,
                principal_id=self.principal_id,
                region=self.region,
                organisation_id=organisation,
                skills=frozenset(skills),
                active=active,
            )
        )


class Absence(Base):
    """A specialist is away from the first to the last day, both included; no reason is kept.

    A withdrawn one binds nobody any more.
    """

    __tablename__ = "absences"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    specialist_id: Mapped[UUID] = mapped_column(index=True)
    first_day: Mapped[date]
    last_day: Mapped[date]
    recorded_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class Request(Base):
    """What scheduling knows of an application: whose it is and until when the first appointment is due (D2-19).

    ``contact`` is sealed at its place in intake's fact.
    """

    __tablename__ = "requests"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    child_id: Mapped[UUID] = mapped_column(index=True)
    region: Mapped[str]
    territory: Mapped[str]
    coordinator_id: Mapped[UUID | None]
    serving_organisation_id: Mapped[UUID | None] = mapped_column(index=True)
    first_due: Mapped[datetime | None]
    handed_over_at: Mapped[datetime | None]
    withdrawn: Mapped[bool] = mapped_column(default=False)
    contact: Mapped[dict[str, Any]] = mapped_column(JSONB)


class ChildFacts(Base):
    """What scheduling knows of a child's case: who coordinates, who serves, who is in the team. No name."""

    __tablename__ = "children"

    child_id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID]
    application_id: Mapped[UUID]
    region: Mapped[str]
    territory: Mapped[str]
    coordinator_id: Mapped[UUID]
    organisation_id: Mapped[UUID]
    serving_organisation_id: Mapped[UUID]
    team: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()))
    paused_until: Mapped[date | None]
