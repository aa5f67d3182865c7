"""Days at points: which brigade holds which reception on which day. The brigade's day then belongs to it."""

from collections.abc import Iterator
from datetime import date, timedelta

from scheduling.planner.board import Board, BrigadeDay
from scheduling.planner.model import Problem, Reception
from scheduling.planner.plan import Held, Reason
from scheduling.planner.sessions import DayAtPoint, Frame, arrange_sessions

Left = list[tuple[str, Reason]]


def hold_receptions(problem: Problem) -> tuple[tuple[Held, ...], Left]:
    """Held receptions, and what of them found no place. Urgent ones and those with few days choose first."""
    if not problem.receptions:
        return (), []
    board = Board(problem)
    taken = _spoken_for(problem)
    held: list[Held] = []
    left: Left = []
    for reception in sorted(problem.receptions, key=lambda one: (-one.priority, len(one.days), one.id)):
        best = min(_offers(board, reception, taken), key=lambda offer: offer[:3], default=None)
        if best is None:
            left.append((reception.id, _reason(board, reception)))
            continue
        _, _, _, one, day = best
        taken.add((one.brigade.id, one.day))
        held.append(_held(board, reception, one, day))
        left += [(service, "room") for service in day.left]
    return tuple(held), left


def _spoken_for(problem: Problem) -> set[tuple[str, date]]:
    """Days with frozen visits or a night away, and the frozen horizon."""
    taken = {(one.brigade, one.day) for one in problem.commitments if one.frozen}
    for stay in problem.stays:
        taken |= {(stay.brigade, stay.night), (stay.brigade, stay.night + timedelta(days=1))}
    if problem.frozen_until is not None:
        taken |= {(one.id, day) for one in problem.brigades for day in problem.days if day <= problem.frozen_until}
    return taken


Offer = tuple[int, float, int, BrigadeDay, DayAtPoint]


def _offers(board: Board, reception: Reception, taken: set[tuple[str, date]]) -> Iterator[Offer]:
    """Services left out, kilometres and date of every brigade-day that could hold it."""
    if not board.travel.reaches(reception.place):
        return
    wanted = sum(len(family.services) for family in reception.families)
    for one in _candidates(board, reception):
        frame = _frame(board, reception, one)
        if (one.brigade.id, one.day) in taken or frame.closes <= frame.opens:
            continue
        day = arrange_sessions(reception, frame)
        km = board.travel.km(one.start, reception.place) + board.travel.km(reception.place, one.end)
        if len(day.left) < wanted:
            yield len(day.left), km, one.index, one, day


def _candidates(board: Board, reception: Reception) -> list[BrigadeDay]:
    by_day = [one for one in board.brigade_days if one.day in reception.days]
    return [one for one in by_day if reception.brigades is None or one.brigade.id in reception.brigades]


def _frame(board: Board, reception: Reception, one: BrigadeDay) -> Frame:
    """Host hours cut to what the shift and the way allow; the crew that knows most of what is wanted."""
    there, home = board.travel.minutes(one.start, reception.place), board.travel.minutes(reception.place, one.end)
    opens = max(reception.opens, one.shift.earliest + there)
    closes = min(reception.closes, one.shift.latest - home)
    if one.shift.max_minutes is not None:
        rest = one.brigade.lunch.minutes if one.brigade.lunch else 0
        closes = min(closes, opens + one.shift.max_minutes + rest - there - home)
    wanted = [service.skill for family in reception.families for service in family.services]
    people = {person.id: person for person in board.problem.specialists}
    crew = max(one.crews, key=lambda crew: sum(skill in crew.skills for skill in wanted))
    return Frame(opens, closes, tuple(people[name] for name in crew.people), one.brigade.lunch)


def _held(board: Board, reception: Reception, one: BrigadeDay, day: DayAtPoint) -> Held:
    durations = {service.id: service.duration for family in reception.families for service in family.services}
    first = min(session.start for session in day.sessions)
    last = max(session.start + durations[session.service] for session in day.sessions)
    crew = _frame(board, reception, one).people
    return Held(
        reception=reception.id, brigade=one.brigade.id, day=one.day, crew=tuple(person.id for person in crew),
        leave=first - board.travel.minutes(one.start, reception.place),
        back=last + board.travel.minutes(reception.place, one.end),
        sessions=tuple(sorted(day.sessions, key=lambda session: (session.start, session.room))),
    )  # fmt: skip


def _reason(board: Board, reception: Reception) -> Reason:
    """Why nobody can hold it, in the order of the funnel."""
    if not board.travel.reaches(reception.place):
        return "place"
    if not board.problem.brigades:
        return "brigades"
    candidates = _candidates(board, reception)
    if not candidates:
        return "days"
    skills = {service.skill for family in reception.families for service in family.services}
    if not any(skills & crew.skills for one in candidates for crew in one.crews):
        return "skills"
    frames = [_frame(board, reception, one) for one in candidates]
    return "room" if any(frame.opens < frame.closes for frame in frames) else "reach"
