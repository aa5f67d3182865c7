"""Command line: solve, check, why. Exit code 0 = good, 1 = broken rules, 2 = bad input."""

import argparse
import sys
import time
from pathlib import Path

from scheduling.planner.check import check
from scheduling.planner.explain import explain
from scheduling.planner.faults import Fault, ProblemError, read_plan, read_problem
from scheduling.planner.solver import Effort, Watch, solve, warm_up
from scheduling.planner.words import in_words


def main(argv: list[str] | None = None) -> int:
    """Run one command; messages go to stderr, data to stdout or the named file."""
    args = _parser().parse_args(argv)
    try:
        return int(args.run(args))
    except ProblemError as error:
        for fault in error.faults:
            print(f"{fault.code}: {fault.text} / {fault.text_en}", file=sys.stderr)
    except OSError as error:
        print(error, file=sys.stderr)
    return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m scheduling.planner", description=__doc__)
    commands = parser.add_subparsers(required=True)
    solving = commands.add_parser("solve", help="problem in, plan out")
    solving.add_argument("problem", type=Path)
    solving.add_argument("-o", "--output", type=Path)
    solving.add_argument("--seconds", type=float, default=0.0, help="search time; 0 = greedy plan at once")
    solving.add_argument("--steps", type=int, help="search steps instead of seconds: the same plan every time")
    solving.add_argument("--seed", type=int, default=1)
    solving.add_argument("--warm", type=Path, metavar="PLAN", help="search on from this plan")
    solving.add_argument("--progress", action="store_true", help="with -o: every second a line of share done and price")
    solving.set_defaults(run=_solve)
    asking = commands.add_parser("why", help="why a visit is where it is, or nowhere")
    asking.add_argument("problem", type=Path)
    asking.add_argument("plan", type=Path)
    asking.add_argument("visit")
    asking.set_defaults(run=_why)
    checking = commands.add_parser("check", help="name every broken rule")
    checking.add_argument("problem", type=Path)
    checking.add_argument("plan", type=Path)
    checking.set_defaults(run=_check)
    return parser


def _solve(args: argparse.Namespace) -> int:
    problem, warm = read_problem(args.problem), read_plan(args.warm) if args.warm else None
    if args.seconds > 0 or args.steps is not None:
        # compiling, where nothing is compiled yet, is not part of the time given
        warm_up()
    watch = _told() if args.progress and args.output else None
    plan = solve(problem, Effort(args.seconds, args.steps), args.seed, warm, watch)
    text = plan.model_dump_json(indent=1)
    if args.output is None:
        print(text)
    else:
        args.output.write_text(text + "\n", encoding="utf-8")
    placed = sum(len(route.stops) for route in plan.routes)
    print(f"{placed} of {len(problem.visits)} visits placed, {len(plan.routes)} routes", file=sys.stderr)
    return 1 if check(problem, plan) else 0


def _told(every_seconds: float = 1.0) -> Watch:
    told = time.monotonic()

    def watch(done: float, price: float) -> bool:
        nonlocal told
        if time.monotonic() - told >= every_seconds:
            told = time.monotonic()
            print(f"{done:.3f} {price:.2f}", flush=True)
        return False

    return watch


def _check(args: argparse.Namespace) -> int:
    found = check(read_problem(args.problem), read_plan(args.plan))
    for violation in found:
        print(f"{violation.rule}: {violation.text} / {violation.text_en}")
    return 1 if found else 0


def _why(args: argparse.Namespace) -> int:
    problem, plan = read_problem(args.problem), read_plan(args.plan)
    try:
        answer = explain(problem, plan, args.visit)
    except KeyError:
        raise ProblemError([Fault("unknown-visit", args.visit)]) from None
    for line in in_words(answer):
        print(line)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
