"""The planner against published values and other solvers; every answer goes through an oracle. Ctrl-C ends early.

python -m bench.planner.run [--instances DIR] [--limit 20] [--seeds 5] [--opponents NAME ...] [--cpu] [--steps N]
    [--only TEXT] [--month-limit 60] [--month-seeds 1 2 3]

DIR holds the public HHCRSP or Solomon files, with the best-known values beside the instances, or month problems as
JSON. Without DIR: both public folders where they exist, and our own months.
Everyone gets the same seconds by the same clock: wall time of one core, or with --cpu processor seconds of this
process, for a machine with other work. Columns `seconds` (wall) and `cpu` hold what each answer really took.
"""

import argparse
import csv
import json
import re
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from scheduling.planner import Problem, check, read_problem, solve
from scheduling.planner.board import Board
from scheduling.planner.funnel import reason
from scheduling.planner.lns.run import Limit
from scheduling.planner.score import score
from scheduling.planner.solver import Effort, warm_up

from bench.planner import care, generate, generate_care, hhcrsp, opponents, solomon, vrptw

ROOT = Path(__file__).resolve().parents[2]
PUBLIC = ROOT.parent / "shared" / "benchmarks"
RESULTS = ROOT / "bench" / "results"


@dataclass(frozen=True)
class Row:
    """One answer, checked. Cost is infinite when a rule is broken; `note` then names it."""

    kind: str
    size: int
    instance: str
    solver: str
    seed: int
    cost: float
    best_known: float | None
    placed: int
    placeable: int
    km: float
    seconds: float
    cpu: float
    note: str = ""

    @property
    def gap(self) -> float | None:
        """Per cent above the published value."""
        return None if self.best_known is None else 100 * (self.cost / self.best_known - 1)


Run = Callable[[str, int], tuple[float, int, float]]


@dataclass(frozen=True)
class Task:
    """One instance: `run(solver, seed)` answers cost, placed, km. `hopeless` visits fit not even an empty month."""

    kind: str
    size: int
    name: str
    best_known: float | None
    run: Run
    rivals: tuple[str, ...]
    hopeless: int = 0


def tasks(folder: Path, limit: Limit) -> Iterator[Task]:
    """Every instance of a folder, by its shape."""
    for path in sorted(folder.glob("*.txt")):
        case = solomon.read(path)
        yield Task(
            "solomon",
            len(case.demand) - 1,
            path.stem,
            solomon.best_known(path),
            _vrptw(case, limit),
            tuple(opponents.VRPTW),
        )
    for path in sorted(folder.glob("*.json")):
        data = json.loads(path.read_text())
        if "patients" in data:
            day = hhcrsp.Care(path.stem, data)
            yield Task("hhcrsp", len(data["patients"]), path.stem, hhcrsp.best_known(path), _care(day, limit), ())
        elif "brigades" in data:
            yield _month_task(read_problem(path), limit)


def _month_task(problem: Problem, limit: Limit) -> Task:
    board = Board(problem)
    hopeless = sum(reason(board, visit) not in ("room", "pair") for visit in problem.visits)
    run, rivals = _month(problem, limit), tuple(opponents.MONTH)
    return Task("month", len(problem.visits), problem.id, None, run, rivals, hopeless)


def _vrptw(case: solomon.Solomon, limit: Limit) -> Run:
    def run(solver: str, seed: int) -> tuple[float, int, float]:
        routes = vrptw.solve(case, limit, seed) if solver == "ours" else opponents.VRPTW[solver](case, limit, seed)
        cost = solomon.cost(case, routes)
        return cost, len(case.demand) - 1, cost

    return run


def _care(day: hhcrsp.Care, limit: Limit) -> Run:
    def run(_solver: str, seed: int) -> tuple[float, int, float]:
        cost = hhcrsp.cost(day, care.solve(day, limit, seed))
        return cost, len(day.data["patients"]), cost

    return run


def _month(problem: Problem, limit: Limit) -> Run:
    def run(solver: str, seed: int) -> tuple[float, int, float]:
        if solver == "ours":
            plan = solve(problem, Effort(limit.seconds, limit.steps, cpu=limit.cpu), seed)
        else:
            plan = opponents.MONTH[solver](problem, limit, seed)
        broken = check(problem, plan)
        if broken:
            raise ValueError(broken[0].text_en)
        found = score(problem, plan)
        return found.total, found.placed, found.km

    return run


def warm() -> None:
    """Compile everything before the clock starts."""
    warm_up()
    care.solve(generate_care.care(10, 1), Limit(steps=2), 1)


def answer(task: Task, solver: str, seed: int) -> Row:
    """Solve and check once."""
    begun, worked, note = time.perf_counter(), time.process_time(), ""
    try:
        cost, placed, km = task.run(solver, seed)
    except ValueError as error:
        cost, placed, km, note = float("inf"), 0, 0.0, str(error)
    seconds, cpu = round(time.perf_counter() - begun, 1), round(time.process_time() - worked, 1)
    return Row(
        task.kind, task.size, task.name, solver, seed, round(cost, 2), task.best_known, placed,
        task.size - task.hopeless, round(km, 1), seconds, cpu, note,
    )  # fmt: skip


def table(rows: list[Row], console: Console) -> None:
    """Medians over the seeds, one line per instance, and means per size."""
    shown = Table(title="planner: medians over seeds, every answer checked")
    for head in ("instance", "best known", "solver", "cost", "gap %", "placed", "km", "s", "cpu s"):
        shown.add_column(head, justify="left" if head in ("instance", "solver") else "right")
    groups: dict[tuple[str, int, str, str], list[Row]] = defaultdict(list)
    for row in rows:
        groups[row.kind, row.size, row.instance, row.solver].append(row)
    means: dict[tuple[str, int, str], list[float]] = defaultdict(list)
    for (kind, size, name, solver), group in groups.items():
        middle = sorted(group, key=lambda row: row.cost)[(len(group) - 1) // 2]
        best, gap = middle.best_known, middle.gap
        if gap is not None:
            means[kind, size, solver].append(gap)
        shown.add_row(
            name, "" if best is None else f"{best:.2f}", solver, f"{middle.cost:.2f} {middle.note}".strip(),
            "" if gap is None else f"{gap:.2f}",
            f"{middle.placed} of {middle.placeable}", f"{middle.km:.0f}", f"{middle.seconds:.1f}",
            f"{middle.cpu:.1f}",
        )  # fmt: skip
    console.print(shown)
    for (kind, size, solver), gaps in sorted(means.items()):
        console.print(f"mean gap {kind} {size} {solver}: {statistics.mean(gaps):.2f} % over {len(gaps)} instances")


def save(rows: list[Row], path: Path) -> None:
    """All answers so far as CSV."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as lines:
        writer = csv.DictWriter(lines, fieldnames=[*Row.__dataclass_fields__, "gap"], lineterminator="\n")
        writer.writeheader()
        writer.writerows({**asdict(row), "gap": row.gap} for row in rows)


def chosen(args: argparse.Namespace, limit: Limit) -> list[Task]:
    """The instances asked for; says so when the public ones are not there."""
    if args.instances is not None:
        found = list(tasks(args.instances, limit))
    else:
        found = [task for name in ("hhcrsp", "solomon") for task in tasks(PUBLIC / name, limit)]
        if not found:
            print("public benchmark files ABSENT: only our own months are solved", file=sys.stderr)
        month = Limit(args.month_limit, args.steps, args.cpu)
        found += [_month_task(generate.month(size), month) for size in generate.months(args.month_seeds)]
    return [task for task in found if re.search(args.only, task.name)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--instances", type=Path)
    parser.add_argument("--limit", type=float, default=20.0, help="seconds for each answer")
    parser.add_argument("--month-limit", type=float, default=60.0, help="seconds for each of our own months")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--month-seeds", type=int, nargs="+", default=[1], help="seeds of our own months' generator")
    parser.add_argument("--steps", type=int, help="search steps instead of seconds: the same numbers every time")
    parser.add_argument("--opponents", nargs="*", default=["greedy", "PyVRP", "VROOM", "OR-Tools"], metavar="NAME")
    parser.add_argument("--cpu", action="store_true", help="count processor seconds for everyone")
    parser.add_argument("--only", default="", help="regular expression on instance names")
    args = parser.parse_args()
    work = [
        (task, solver, seed)
        for task in chosen(args, Limit(args.limit, args.steps, args.cpu))
        for solver in ("ours", *(rival for rival in task.rivals if rival in args.opponents))
        for seed in range(1, args.seeds + 1)
        if seed == 1 or solver in ("ours", "PyVRP")
    ]
    rows: list[Row] = []
    console, path = Console(width=130), RESULTS / f"planner-{time.strftime('%Y%m%d-%H%M%S')}.csv"
    warm()
    bar = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*bar, console=Console(stderr=True)) as progress, suppress(KeyboardInterrupt):
        at = progress.add_task("start", total=len(work))
        for task, solver, seed in work:
            progress.update(at, description=f"{task.name} {solver} seed {seed}")
            rows.append(answer(task, solver, seed))
            save(rows, path)
            if not console.is_terminal:
                print(rows[-1], file=sys.stderr, flush=True)
            progress.advance(at)
    if not rows:
        print("no instances found", file=sys.stderr)
        return 2
    table(rows, console)
    console.print(f"all answers: {path.relative_to(ROOT)}")
    return 1 if any(row.note for row in rows) else 0


if __name__ == "__main__":
    raise SystemExit(main())
