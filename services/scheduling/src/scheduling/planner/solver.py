"""The one port all solvers stand behind."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from scheduling.planner import greedy
from scheduling.planner.board import Board
from scheduling.planner.draft import Draft
from scheduling.planner.faults import require
from scheduling.planner.funnel import reason
from scheduling.planner.model import Brigade, Place, Problem, Visit
from scheduling.planner.plan import Held, Plan, Reason
from scheduling.planner.receptions import hold_receptions

Watch = Callable[[float, float], bool]
Start = Literal["greedy", "vroom"]
VROOM_SHARE = 0.25
# Heat of a warm search in km: more would wander off the published plan and spend the time on finding back.
WARM = 6.0


@dataclass(frozen=True)
class Effort:
    """How long to search. With `steps` the plan is repeatable; with `seconds` only, it depends on the machine.

    `cpu` counts processor seconds instead of wall time, for a machine with other work.
    """

    seconds: float = 0.0
    steps: int | None = None
    start: Start = "vroom"
    cpu: bool = False


def solve(
    problem: Problem, effort: Effort = Effort(), seed: int = 1, warm: Plan | None = None, watch: Watch | None = None
) -> Plan:
    """A valid plan. Without effort the greedy one, at once; else searched from `warm`, VROOM or greedy.

    `watch(done, price)` hears the progress (0-1) and may return True to stop early. Raises ProblemError.
    """
    require(problem)
    if effort.seconds <= 0 and effort.steps is None:
        return greedy.solve(problem)
    held, left = (warm.receptions, _still_left(problem, warm)) if warm is not None else hold_receptions(problem)
    board = Board(problem, taken=frozenset((one.brigade, one.day) for one in held))
    return searched(board, effort, seed, warm, watch, (held, left))


def _still_left(problem: Problem, warm: Plan) -> list[tuple[str, Reason]]:
    """Receptions and services the warm plan could not hold: a re-plan keeps the days agreed with the hosts."""
    visits = {visit.id for visit in problem.visits}
    return [(left.id, left.reason) for left in warm.unplaced if left.id not in visits]


def searched(
    board: Board, effort: Effort, seed: int, warm: Plan | None, watch: Watch | None,
    receptions: tuple[tuple[Held, ...], list[tuple[str, Reason]]],
) -> Plan:  # fmt: skip
    """The search over the brigade-days of a board."""
    from scheduling.planner.lns.month import improve
    from scheduling.planner.lns.run import Knobs, Limit

    limit = Limit(effort.seconds, effort.steps, effort.cpu)
    begun = limit.clock()
    draft = first_draft(board, effort, warm)
    knobs = Knobs() if warm is None else Knobs(hot=WARM)
    draft = improve(draft, seed, limit.since(begun), knobs, watch)
    draft = greedy.fill(draft)
    held, left = receptions
    missing = [(visit.id, reason(board, visit)) for visit in board.problem.visits if visit.id not in draft.where]
    return draft.plan("lns", seed, [*left, *missing], held)


def first_draft(board: Board, effort: Effort, warm: Plan | None) -> Draft:
    """Where the search begins."""
    if warm is not None:
        return greedy.fill(adopt(board, warm))
    if effort.start == "greedy" or effort.steps is not None or board.promises:
        return greedy.fill(Draft(board))
    from scheduling.planner.vroom_plan import first_draft as by_vroom

    return greedy.fill(by_vroom(board, effort.seconds * VROOM_SHARE))


def adopt(board: Board, plan: Plan) -> Draft:
    """As much of a plan as the problem still allows."""
    draft = Draft(board)
    ones = {(one.brigade.id, one.day): one for one in board.brigade_days}
    starts = {stop.visit: stop.start for route in plan.routes for stop in route.stops}
    draft.pins |= {name: ((starts[name], starts[name]),) for name in board.pairs if name in starts}
    for route in plan.routes:
        one = ones.get((route.brigade, route.day))
        for stop in route.stops if one is not None else ():
            if stop.visit in board.visits and one is not None:
                draft.append(board.visits[stop.visit], one)
    for name, pair in board.pairs.items():
        if name in draft.where and not {pair.first, pair.second} <= draft.where.keys():
            draft.remove(board.visits[name])
    return draft


def warm_up() -> None:
    """Compile the search: half a minute once per installation, then a second. At a worker's start only."""
    place = Place(id="base", lat=55.0, lon=33.0)
    brigade, visit = Brigade(id="brigade", base="base"), Visit(id="visit", place="base", duration=30)
    solve(Problem(days=(date(2026, 3, 2),), places=(place,), brigades=(brigade,), visits=(visit,)), Effort(steps=2))
