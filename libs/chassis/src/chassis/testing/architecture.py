"""The rules of a service's floor plan, read from its source: what may stand in which file of a room.

A room is a folder with ``room.py``. The import contracts of ``pyproject.toml`` say which room may know which; these
rules say where routes, handlers, tables, commands and clocks belong, so that a reader who knows one room knows all.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

MOST_LINES_OF_A_FILE = 300
MOST_LINES_OF_MAIN = 15
MOST_LINES_OF_A_FUNCTION = 60
ROOM_FILES = frozenset(
    {
        "room", "model", "commands", "queries", "api", "subscribers", "worklist", "background", "pack", "errors",
        "access", "__init__",
    }
)  # fmt: skip
"""The file names of every room; each may be a folder of that name."""
PURE, DOOR = "Pure.", "Door to "
"""What the first line of any other file of a room says: a rule without input or output, or a client of the outside."""
WITH_UNIT = frozenset({"commands", "queries", "api", "subscribers", "worklist", "background"})
"""Files whose public functions may take a unit of work."""
VERBS = frozenset({"get", "post", "put", "patch", "delete"})
CLOCKS = frozenset({"datetime.now", "datetime.utcnow", "date.today", "datetime.today", "time.time"})
NOT_FOR_A_MODEL = ("fastapi", "starlette", "httpx", "chassis.clock", "chassis.http", "sqlalchemy.ext.asyncio")


@dataclass(frozen=True)
class Source:
    """One Python file of a service.

    ``path`` is relative to the package; ``in_room``: the folder has a ``room.py``.
    """

    path: Path
    text: str
    in_room: bool = field(default=False)

    @cached_property
    def tree(self) -> ast.Module:
        """The parsed file."""
        return ast.parse(self.text)

    @cached_property
    def role(self) -> str:
        """The file's name in its room: the room's direct child, a file or a folder."""
        return Path(self.path.parts[1]).stem if len(self.path.parts) > 1 else self.path.stem

    @property
    def functions(self) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
        """Every function, methods included."""
        return (node for node in ast.walk(self.tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


Rule = Callable[[Source], Iterator[str]]


def sources(package: Path) -> list[Source]:
    """The files of a service; migrations and test support follow rules of their own."""
    found = []
    for path in sorted(package.rglob("*.py")):
        inside = path.relative_to(package)
        if inside.parts[0] not in {"migrations", "testing", "testing.py"} and inside.name != "testing.py":
            in_room = (package / inside.parts[0] / "room.py").exists()
            found.append(Source(inside, path.read_text("utf-8"), in_room))
    return found


def violations(package: Path) -> list[str]:
    """Every breach of every rule, as ``file: what is wrong``."""
    return [f"{source.path}: {breach}" for source in sources(package) for rule in RULES for breach in rule(source)]


def routes_stand_in_api(source: Source) -> Iterator[str]:
    """A route is declared in ``api``."""
    if source.role != "api":
        yield from (f"route {name} stands outside api" for name in _decorated(source, VERBS, keyword="permission"))


def handlers_stand_in_subscribers(source: Source) -> Iterator[str]:
    """A handler of events or timers is declared in ``subscribers``."""
    if source.role != "subscribers":
        handlers = _decorated(source, frozenset({"on", "batch"}))
        yield from (f"handler {name} stands outside subscribers" for name in handlers)


def tables_stand_in_model(source: Source) -> Iterator[str]:
    """A mapped table is declared in ``model``, one that belongs to no room in the service's ``tables``."""
    if source.role == "model" or source.path == Path("tables.py"):
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ClassDef) and any(_assigns(line, "__tablename__") for line in node.body):
            yield f"table {node.name} stands outside model"


def units_go_through_commands_and_queries(source: Source) -> Iterator[str]:
    """A public function that takes a unit of work is a command, a query or a door."""
    if not source.in_room or source.role in WITH_UNIT:
        return
    for node in source.tree.body:
        if not isinstance(node, ast.AsyncFunctionDef):
            continue
        public = not node.name.startswith("_")
        if public and any(argument.arg == "unit" for argument in (*node.args.args, *node.args.kwonlyargs)):
            yield f"{node.name} takes a unit outside {', '.join(sorted(WITH_UNIT))}"


def models_know_no_outside(source: Source) -> Iterator[str]:
    """A model knows no session, no HTTP and no clock."""
    if source.role == "model":
        known = {module for module in _imported(source) if module.startswith(NOT_FOR_A_MODEL)}
        yield from (f"the model imports {module}" for module in sorted(known))


def nobody_commits(source: Source) -> Iterator[str]:
    """The chassis commits."""
    calls = (node for node in ast.walk(source.tree) if isinstance(node, ast.Call))
    if any(isinstance(call.func, ast.Attribute) and call.func.attr == "commit" for call in calls):
        yield "commits"


def nobody_reads_the_clock(source: Source) -> Iterator[str]:
    """The moment is ``unit.now``."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute) and (name := ast.unparse(node)) in CLOCKS:
            yield f"reads the clock: {name}"


def budgets_are_kept(source: Source) -> Iterator[str]:
    """Files and functions stay small."""
    budget = MOST_LINES_OF_MAIN if source.path == Path("main.py") else MOST_LINES_OF_A_FILE
    if (lines := source.text.count("\n")) > budget:
        yield f"{lines} lines, budget {budget}"
    for function in source.functions:
        if (lines := (function.end_lineno or 0) - function.lineno + 1) > MOST_LINES_OF_A_FUNCTION:
            yield f"{function.name} has {lines} lines, budget {MOST_LINES_OF_A_FUNCTION}"


def routes_are_described(source: Source) -> Iterator[str]:
    """A route has a docstring: it is the description a client's developer reads."""
    described = {function.name for function in source.functions if ast.get_docstring(function)}
    yield from (
        f"route {name} has no docstring"
        for name in _decorated(source, VERBS, keyword="permission")
        if name not in described
    )


def files_have_the_names_of_every_room(source: Source) -> Iterator[str]:
    """A file of a room bears a name that every room has, or is a pure rule, or a door to the outside."""
    if source.in_room and source.role not in ROOM_FILES:
        first, _, _ = (ast.get_docstring(source.tree) or "").partition("\n")
        if PURE not in first and not first.startswith(DOOR):
            yield f"not a name of every room, and its first line says neither {PURE!r} nor {DOOR!r}"


RULES: tuple[Rule, ...] = (
    routes_stand_in_api,
    handlers_stand_in_subscribers,
    tables_stand_in_model,
    units_go_through_commands_and_queries,
    models_know_no_outside,
    nobody_commits,
    nobody_reads_the_clock,
    budgets_are_kept,
    routes_are_described,
    files_have_the_names_of_every_room,
)


def _decorated(source: Source, names: frozenset[str], keyword: str | None = None) -> Iterator[str]:
    for function in source.functions:
        for decorator in function.decorator_list:
            if not (isinstance(decorator, ast.Call) and isinstance(decorator.func, ast.Attribute)):
                continue
            if decorator.func.attr in names and (keyword is None or keyword in {k.arg for k in decorator.keywords}):
                yield function.name


def _assigns(line: ast.stmt, name: str) -> bool:
    targets = line.targets if isinstance(line, ast.Assign) else [line.target] if isinstance(line, ast.AnnAssign) else []
    return any(isinstance(target, ast.Name) and target.id == name for target in targets)


def _imported(source: Source) -> Iterator[str]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
