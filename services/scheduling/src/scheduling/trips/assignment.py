"""A day at a partner's point: specialists work in parallel, each family goes from one to the next (D4-17). Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from scheduling.pack import PointService


class Meeting(NamedTuple):
    """One service to one family; minutes after local midnight."""

    child_id: UUID
    service: PointService
    specialist_id: UUID
    room: int
    start: int

    @property
    def end(self) -> int:
        return self.start + self.service.minutes


class Unmet(BaseModel):
    """A service that found no place, with the rule in the way: ``skill`` (nobody can give it) or ``hours``."""

    model_config = ConfigDict(frozen=True)

    child_id: UUID
    service_code: str
    reason: Literal["skill", "hours"]


class Schedule(NamedTuple):
    """The day's meetings in order of time, and what found no place."""

    meetings: tuple[Meeting, ...]
    unmet: tuple[Unmet, ...]


def assign(
    wishes: Mapping[UUID, Sequence[PointService]],
    skills: Mapping[UUID, frozenset[str]],
    *,
    opens: int,
    closes: int,
    rooms: int,
) -> Schedule:
    """Give every family its services one after another, as early as a specialist and a room allow.

    Families with most to do come first; each next meeting is the one of the family's wishes that can start earliest,
    and the family never goes home in between. Nobody is in two places at once and no more rooms are used than exist.
    """
    board = _Board(skills, rooms, opens, closes)
    unmet: list[Unmet] = []
    order = sorted(wishes, key=lambda child: (-sum(service.minutes for service in wishes[child]), child))
    for child in order:
        for service in sorted(wishes[child], key=lambda one: (board.choice(one), -one.minutes, one.code)):
            if not board.place(child, service):
                reason = "hours" if board.choice(service) else "skill"
                unmet.append(Unmet(child_id=child, service_code=service.code, reason=reason))
    return Schedule(tuple(sorted(board.meetings, key=lambda one: (one.start, one.room))), tuple(unmet))


class _Board:
    """The meetings placed so far."""

    def __init__(self, skills: Mapping[UUID, frozenset[str]], rooms: int, opens: int, closes: int) -> None:
        self.skills, self.rooms, self.opens, self.closes = skills, rooms, opens, closes
        self.meetings: list[Meeting] = []

    def choice(self, service: PointService) -> int:
        """How many specialists can give the service."""
        return sum(service.skill in held for held in self.skills.values())

    def place(self, child: UUID, service: PointService) -> bool:
        """Put the service at its earliest possible time; False where there is none."""
        able = [id for id, held in sorted(self.skills.items()) if service.skill in held]
        for start in self._starts():
            if start + service.minutes > self.closes:
                continue
            met = [one for one in self.meetings if one.start < start + service.minutes and start < one.end]
            room = next((room for room in range(1, self.rooms + 1) if all(one.room != room for one in met)), None)
            idle = [id for id in able if all(one.specialist_id != id for one in met)]
            if room and idle and all(one.child_id != child for one in met):
                self.meetings.append(Meeting(child, service, min(idle, key=self._load), room, start))
                return True
        return False

    def _starts(self) -> list[int]:
        """Something becomes free only when the point opens or a meeting ends."""
        return sorted({self.opens, *(one.end for one in self.meetings)})

    def _load(self, specialist: UUID) -> tuple[int, UUID]:
        return sum(one.service.minutes for one in self.meetings if one.specialist_id == specialist), specialist
