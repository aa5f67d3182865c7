"""Re-planning, continuity and urgent visits on our own months, with the bars of the planner's issue beside the numbers.

python bench/planner/stability.py [--visits 600] [--limit 20] [--seeds 3] [--cpu]
"""

import argparse
import statistics
import sys
import time
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import generate
from scheduling.planner import Plan, Problem, Visit, check, solve
from scheduling.planner.insertion import Desk
from scheduling.planner.replan import Stability, difference, held_to
from scheduling.planner.score import score
from scheduling.planner.solver import Effort, warm_up

FROZEN_UNTIL, ILL = date(2026, 3, 6), tuple(date(2026, 3, day) for day in (9, 10, 11, 12, 13))


def disturbed(problem: Problem) -> tuple[Problem, tuple[Visit, ...]]:
    """Brigade 0 is ill in the second week, and eight urgent visits of 45 minutes must take place in it."""
    brigades = tuple(
        one.model_copy(update={"absences": (*one.absences, *ILL)}) if one.id == "brigade-0" else one
        for one in problem.brigades
    )
    homes = [visit.place for visit in problem.visits][:: max(1, len(problem.visits) // 8)][:8]
    urgent = tuple(
        Visit(id=f"urgent-{n}", place=home, duration=45, child=f"urgent-{n}", days=ILL, priority=3)
        for n, home in enumerate(homes)
    )
    return problem.model_copy(update={"brigades": brigades, "visits": (*problem.visits, *urgent)}), urgent


def replanning(problem: Problem, effort: Effort, seed: int) -> None:
    """Moved visits and kilometres against a free re-plan; both start from the same published plan."""
    old = solve(problem, effort, seed)
    changed, urgent = disturbed(problem)
    held = held_to(changed, old, Stability(frozen_until=FROZEN_UNTIL))
    kept = solve(held, effort, seed, warm=old)
    free = solve(held_to(changed, old, Stability(frozen_until=FROZEN_UNTIL, near=0, far=0)), effort, seed, warm=old)
    broken = check(held, kept)
    report, loose = difference(changed, old, kept), difference(changed, old, free)
    must = sum(len(route.stops) for route in old.routes if route.brigade == "brigade-0" and route.day in ILL)
    placed = score(problem, old).placed
    touched = sum(
        route.stops != _stops(kept, route.brigade, route.day) for route in old.routes if route.day <= FROZEN_UNTIL
    )
    more = 100 * (report.km_after / loose.km_after - 1)
    print(
        f"re-plan seed {seed}: {len(report.moved)} of {placed} moved ({100 * len(report.moved) / placed:.1f} %, bar 5; "
        f"{must} had to), {len(loose.moved)} in the free one; dropped {len(report.dropped)} / {len(loose.dropped)}; "
        f"urgent placed {len(report.added)} of {len(urgent)}; frozen routes touched {touched} (bar 0); "
        f"km {report.km_after:.0f} against {loose.km_after:.0f} ({more:+.1f} %, bar +3); broken rules {len(broken)}"
    )
    insertion(problem, old, urgent)


def _stops(plan: Plan, brigade: str, day: date) -> object:
    return next((route.stops for route in plan.routes if (route.brigade, route.day) == (brigade, day)), ())


def insertion(problem: Problem, plan: Plan, urgent: tuple[Visit, ...]) -> None:
    """Search time of an urgent visit into the published plan."""
    desk, times, found = Desk(problem, plan), [], 0
    for visit in urgent * 5:
        begun = time.process_time()
        found += desk.scan(visit) is not None
        times.append(1000 * (time.process_time() - begun))
    times.sort()
    print(
        f"  urgent visit: {found // 5} of {len(urgent)} fit at once; search median {statistics.median(times):.2f} ms, "
        f"p95 {times[int(0.95 * len(times))]:.2f} ms (bar 1 ms)"
    )


def continuity(problem: Problem, effort: Effort, seed: int) -> None:
    """Brigades per child and kilometres with the price of an extra brigade and without."""
    free = problem.model_copy(update={"prices": problem.prices.model_copy(update={"extra_brigade": 0.0})})
    loose, tight = score(problem, solve(free, effort, seed)), score(problem, solve(problem, effort, seed))
    more = 100 * ((tight.km / tight.placed) / (loose.km / loose.placed) - 1)
    print(
        f"continuity seed {seed}: {loose.brigades_per_child:.2f} -> {tight.brigades_per_child:.2f} brigades per child "
        f"(bar 1.10), km per visit {more:+.1f} % (bar +6), placed {loose.placed} -> {tight.placed}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--visits", type=int, default=600)
    parser.add_argument("--limit", type=float, default=20.0)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--cpu", action="store_true")
    args = parser.parse_args()
    size = next(one for one in generate.MONTHS if one.visits == args.visits)
    warm_up()
    for seed in range(1, args.seeds + 1):
        effort = Effort(args.limit, cpu=args.cpu, start="greedy")
        replanning(generate.month(size), effort, seed)
        continuity(generate.month(size), effort, seed)


if __name__ == "__main__":
    main()
