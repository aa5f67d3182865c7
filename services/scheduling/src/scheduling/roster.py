"""What the packs name, by the ids the platform uses. Static for the life of a process; changing facts are in tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from chassis.errors import DomainError, Kind, not_found
from chassis.regions import Packs
from contracts.identifiers import named_id

from scheduling.pack import (
    BrigadeEntry,
    PointEntry,
    PointService,
    RoomEntry,
    SchedulingPack,
    SpecialistEntry,
    VehicleEntry,
)


@dataclass(frozen=True)
class Roster:
    """One region's people and things by id."""

    region: str
    pack: SchedulingPack

    def organisation(self, code: str) -> UUID:
        """The id of an organisation the pack names."""
        return named_id("organisation", f"{self.region}/{code}")

    def specialist_id(self, login: str) -> UUID:
        """The id of a specialist by login."""
        return named_id("specialist", f"{self.region}/{login}")

    def principal_id(self, login: str) -> UUID:
        """The id of the person who signs in as this specialist."""
        return named_id("principal", f"{self.region}/{login}")

    @cached_property
    def specialists(self) -> Mapping[UUID, SpecialistEntry]:
        return {self.specialist_id(one.login): one for one in self.pack.specialists}

    @cached_property
    def rooms(self) -> Mapping[UUID, RoomEntry]:
        return {named_id("room", f"{self.region}/{one.code}"): one for one in self.pack.rooms}

    @cached_property
    def vehicles(self) -> Mapping[UUID, VehicleEntry]:
        return {named_id("vehicle", f"{self.region}/{one.code}"): one for one in self.pack.vehicles}

    @cached_property
    def points(self) -> Mapping[UUID, PointEntry]:
        return {named_id("point", f"{self.region}/{one.code}"): one for one in self.pack.points}

    @cached_property
    def brigades(self) -> Mapping[UUID, BrigadeEntry]:
        return {named_id("brigade", f"{self.region}/{one.code}"): one for one in self.pack.brigades}

    @cached_property
    def point_services(self) -> Mapping[str, PointService]:
        return {one.code: one for one in self.pack.point_services}

    def specialists_of(self, organisation_id: UUID) -> dict[UUID, SpecialistEntry]:
        """The organisation's specialists."""
        found = self.specialists.items()
        return {id: one for id, one in found if self.organisation(one.organisation) == organisation_id}

    def rooms_of(self, organisation_id: UUID) -> tuple[UUID, ...]:
        """The organisation's rooms."""
        return tuple(id for id, one in self.rooms.items() if self.organisation(one.organisation) == organisation_id)

    def brigades_of(self, organisation_id: UUID) -> dict[UUID, BrigadeEntry]:
        """The organisation's brigades."""
        found = self.brigades.items()
        return {id: one for id, one in found if self.organisation(one.organisation) == organisation_id}

    def team(self, specialist_ids: Iterable[UUID]) -> list[UUID]:
        """The people behind specialists, as row security compares them."""
        known = (self.specialists.get(id) for id in specialist_ids)
        return sorted(self.principal_id(one.login) for one in known if one is not None)

    def vehicle_id(self, brigade: BrigadeEntry) -> UUID:
        """The brigade's vehicle."""
        return named_id("vehicle", f"{self.region}/{brigade.vehicle}")

    def crew(self, brigade: BrigadeEntry) -> tuple[UUID, ...]:
        """The brigade's specialists."""
        return tuple(self.specialist_id(login) for login in brigade.specialists)

    def require_reason(self, code: str, field: str) -> None:
        """422 ``unknown_reason`` for one the pack does not know; ``field`` is where the command gave it."""
        if code not in {reason.code for reason in self.pack.cancel_reasons}:
            raise DomainError(
                "unknown_reason",
                Kind.INVALID,
                ru="Такой причины нет в списке.",
                en="The reason is not in the list.",
                field=field,
                rule="unknown_reason",
            )


def roster(packs: Packs, region: str) -> Roster:
    """One region's roster; 422 ``unknown_region``."""
    return packs.made(_roster, region)


def _roster(packs: Packs, region: str) -> Roster:
    return Roster(region, packs.of(SchedulingPack, region))


def rosters(packs: Packs) -> list[Roster]:
    """Every region's roster."""
    return [roster(packs, region) for region in packs.all(SchedulingPack)]


def roster_of_brigade(packs: Packs, brigade_id: UUID) -> tuple[Roster, BrigadeEntry]:
    """A brigade and the region it works in; 404 for an unknown one."""
    for one in rosters(packs):
        if brigade_id in one.brigades:
            return one, one.brigades[brigade_id]
    raise not_found()


def roster_of_point(packs: Packs, point_id: UUID) -> tuple[Roster, PointEntry]:
    """A point and its region; 404 for an unknown one."""
    for one in rosters(packs):
        if point_id in one.points:
            return one, one.points[point_id]
    raise not_found()
