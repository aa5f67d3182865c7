"""Command line: solve, check, why. Exit code 0 = good, 1 = broken rules, 2 = bad input."""

import argparse
import sys
from pathlib import Path

from scheduling.planner.check import check
from scheduling.planner.faults import ProblemError, read_plan, read_problem
from scheduling.planner.solver import solve


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
    solving.set_defaults(run=_solve)
    checking = commands.add_parser("check", help="name every broken rule")
    checking.add_argument("problem", type=Path)
    checking.add_argument("plan", type=Path)
    checking.set_defaults(run=_check)
    return parser


def _solve(args: argparse.Namespace) -> int:
    problem = read_problem(args.problem)
    plan = solve(problem)
    text = plan.model_dump_json(indent=1)
    if args.output is None:
        print(text)
    else:
        args.output.write_text(text + "\n", encoding="utf-8")
    placed = sum(len(route.stops) for route in plan.routes)
    print(f"{placed} of {len(problem.visits)} visits placed, {len(plan.routes)} routes", file=sys.stderr)
    return 1 if check(problem, plan) else 0


def _check(args: argparse.Namespace) -> int:
    found = check(read_problem(args.problem), read_plan(args.plan))
    for violation in found:
        print(f"{violation.rule}: {violation.text} / {violation.text_en}")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
