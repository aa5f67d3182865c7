"""Re-planning, continuity and urgent visits on our own months, with the bars of the planner's issue beside the numbers.

python -m bench.planner.stability [--visits 600] [--published 60] [--limit 20] [--seeds 3] [--cpu] [--only replan ...]
"""

import argparse
import statistics
import time
from dataclasses import replace
from datetime import date

from scheduling.planner import Plan, Problem, Visit, check, solve
from scheduling.planner.insertion import Desk
from scheduling.planner.replan import Stability, difference, held_to
from scheduling.planner.score import score
from scheduling.planner.solver import Effort, warm_up

from bench.planner import generate

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


def replanning(problem: Problem, old: Plan, effort: Effort, seed: int) -> None:
    """Moved visits and kilometres against a free re-plan; both start from the same published plan."""
    changed, urgent = disturbed(problem)
    held = held_to(changed, old, Stability(frozen_until=FROZEN_UNTIL))
    kept = solve(held, effort, seed, warm=old)
    free = solve(held_to(changed, old, Stability(frozen_until=FROZEN_UNTIL, near=0, far=0)), effort, seed, warm=old)
    report, loose = difference(changed, old, kept), difference(changed, old, free)
    placed, forced = score(problem, old).placed, sum(one.why == "absence" for one in report.moved)
    touched = sum(
        route.stops != _stops(kept, route.brigade, route.day) for route in old.routes if route.day <= FROZEN_UNTIL
    )
    share = [f"{number} ({100 * number / placed:.1f} %)" for number in (forced, len(report.moved) - forced)]
    more = 100 * (report.km_after / loose.km_after - 1)
    print(
        f"re-plan seed {seed}: of {placed} visits moved: forced by the illness {share[0]}, others {share[1]}, all "
        f"{len(report.moved)} ({100 * len(report.moved) / placed:.1f} %, bar 5); free re-plan {len(loose.moved)}; "
        f"dropped {len(report.dropped)} / {len(loose.dropped)}; urgent placed {len(report.added)} of {len(urgent)}; "
        f"frozen routes touched {touched} (bar 0); km {report.km_after:.0f} against {loose.km_after:.0f} "
        f"({more:+.1f} %, bar +3); broken rules {len(check(held, kept))}",
        flush=True,
    )


def _stops(plan: Plan, brigade: str, day: date) -> object:
    return next((route.stops for route in plan.routes if (route.brigade, route.day) == (brigade, day)), ())


def insertion(problem: Problem, plan: Plan) -> None:
    """Processor time of the search for an urgent visit's place in the published plan: of the week, and of any day."""
    desk, urgent = Desk(problem, plan), disturbed(problem)[1]
    anytime = tuple(visit.model_copy(update={"days": None}) for visit in urgent)
    for name, visits in (("in its week", urgent), ("on any day", anytime)):
        times, found = [], 0
        for visit in visits * 5:
            begun = time.process_time()
            found += desk.scan(visit) is not None
            times.append(1000 * (time.process_time() - begun))
        times.sort()
        print(
            f"urgent visit {name}, {len(problem.visits)} visits: {found // 5} of {len(urgent)} fit at once; search "
            f"p50 {statistics.median(times):.2f} ms, p95 {times[int(0.95 * len(times))]:.2f} ms (bar 1 ms)",
            flush=True,
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
    parser.add_argument("--published", type=float, default=60.0, help="seconds for the plan that is then disturbed")
    parser.add_argument("--limit", type=float, default=20.0, help="seconds for every re-plan")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--cpu", action="store_true", help="processor seconds instead of wall time")
    parser.add_argument("--only", nargs="+", default=["replan", "insertion", "continuity"])
    args = parser.parse_args()
    problem = generate.month(next(one for one in generate.MONTHS if one.visits == args.visits))
    warm_up()
    for seed in range(1, args.seeds + 1):
        effort = Effort(args.limit, cpu=args.cpu, start="greedy")
        old = solve(problem, replace(effort, seconds=args.published), seed)
        if "insertion" in args.only:
            insertion(problem, old)
        if "replan" in args.only:
            replanning(problem, old, effort, seed)
        if "continuity" in args.only:
            continuity(problem, effort, seed)


if __name__ == "__main__":
    main()
