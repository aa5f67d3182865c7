"""Write or check what is generated: frozen schemas, events, problems, OpenAPI, AsyncAPI, canvases of services.

``docs/asyncapi.json`` is what is sent, by the contracts; ``docs/asyncapi/<service>.json`` is what a service receives,
by the doors its broker opens. ``docs/openapi/<service>.json`` is what clients are generated from; a breaking
difference between two versions since ``docs/openapi/FROZEN`` is refused until CHANGELOG.md names the operation.

Run by ``make schemas`` (write) and ``make check`` (check). A breaking change of a frozen schema is refused in both:
declare a new version of the event instead (see libs/contracts/README.md).
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from itertools import pairwise
from pathlib import Path

from chassis.bus.doors import received
from chassis.run import Service
from chassis.run.canvas import canvas, placed
from chassis.run.problems_page import problems_page
from contracts.catalogue import CATALOGUE
from contracts.compatibility import Version, unannounced
from contracts.documents import asyncapi, events_page
from contracts.schema import breaking, event_schema, render

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
SCHEMAS = HERE / "schemas"
FROZEN = SCHEMAS / "FROZEN"
OPENAPI = ROOT / "docs" / "openapi"


SERVICES = ("intake", "cases", "scheduling", "notifications", "reporting")


def service_of(name: str) -> Service:
    """The declared service."""
    service: Service = import_module(f"{name}.main").service
    return service


def subscribers() -> dict[str, list[str]]:
    """Event type → services whose routers handle it, read from the services themselves."""
    found: dict[str, list[str]] = {}
    for name in SERVICES:
        handled = {event.type() for each in service_of(name).subscriptions for event in each.events.values()}
        for event_type in sorted(handled):
            found.setdefault(event_type, []).append(name)
    return found


def generated() -> dict[Path, str]:
    """Every generated file with the text it should have."""
    files = {SCHEMAS / f"{name}.json": render(event_schema(event)) for name, event in CATALOGUE.items()}
    files[ROOT / "docs" / "events.md"] = events_page(subscribers())
    files[ROOT / "docs" / "problems.md"] = problems_page(sources())
    files[ROOT / "docs" / "asyncapi.json"] = asyncapi()
    for name in SERVICES:
        files[OPENAPI / f"{name}.json"] = openapi(name)
        files[ROOT / "docs" / "asyncapi" / f"{name}.json"] = received(name, service_of(name).subscriptions)
        page = ROOT / "services" / name / "README.md"
        files[page] = placed(page.read_text("utf-8"), canvas(service_of(name)))
    return files


def sources() -> dict[str, str]:
    """Dotted module name → text, of the chassis and the services."""
    packages = [ROOT / "libs" / "chassis" / "src", *(ROOT / "services" / name / "src" for name in SERVICES)]
    return {
        ".".join(path.relative_to(package).with_suffix("").parts).removesuffix(".__init__"): path.read_text("utf-8")
        for package in packages
        for path in sorted(package.rglob("*.py"))
    }


def openapi(name: str) -> str:
    """What a service says of itself, as clients are generated from it."""
    return json.dumps(service_of(name).app().openapi(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def broken_clients() -> Iterator[str]:
    """Breaking differences of the API since its freeze that the change log does not name."""
    for name in SERVICES:
        for operation, difference in unannounced(_api_versions(name)):
            yield f"{name} {operation}: {difference}"


def _api_versions(name: str) -> list[Version]:
    """The description of a service at every commit since the freeze, as committed last, and as the code has it."""
    path = OPENAPI / f"{name}.json"
    since = _frozen_at(OPENAPI / "FROZEN")
    commits = [*([since, *_commits(since, path)] if since else []), "HEAD"]
    found = [(_git("show", f"{at}:docs/openapi/{name}.json"), _git("show", f"{at}:CHANGELOG.md")) for at in commits]
    versions = [Version(json.loads(document), changelog) for document, changelog in found if document]
    return [*versions, Version(json.loads(openapi(name)), (ROOT / "CHANGELOG.md").read_text("utf-8"))]


def breaks() -> Iterator[str]:
    """Breaking differences between the committed schemas and the code, and between commits since the freeze."""
    for path, text in generated().items():
        if path.parent == SCHEMAS:
            versions = [*_history(path), *([path.read_text("utf-8")] if path.exists() else []), text]
            for old, new in pairwise(versions):
                yield from (f"{path.stem}{line}" for line in breaking(json.loads(old), json.loads(new)))


def _history(path: Path) -> list[str]:
    if not (since := _frozen_at(FROZEN)):
        return []
    name = path.relative_to(ROOT).as_posix()
    return [text for text in (_git("show", f"{commit}:{name}") for commit in [since, *_commits(since, path)]) if text]


def _frozen_at(mark: Path) -> str:
    """The commit that brought the mark; nothing before the freeze."""
    return _git("log", "--diff-filter=A", "--format=%H", "-1", "--", str(mark)).strip()


def _commits(since: str, path: Path) -> list[str]:
    """The commits of the main line that changed the file after that one, the oldest first."""
    return _git("log", "--first-parent", "--reverse", "--format=%H", f"{since}..HEAD", "--", str(path)).split()


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False).stdout  # noqa: S603, S607


def main(verb: str) -> int:
    problems = sorted(set(breaks()))
    for line in problems:
        print(f"breaking change: {line}; declare a new version of the event")
    silent = sorted(set(broken_clients()))
    for line in silent:
        print(f"breaking change: {line}; name the operation (`id`) in CHANGELOG.md, Unreleased, ### Breaking")
    files = generated()
    if verb == "write" and not problems:
        for path, text in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
    orphans = {path for path in SCHEMAS.glob("*.json") if path not in files}
    stale = [path for path, text in files.items() if not path.exists() or path.read_text("utf-8") != text]
    for path in [*stale, *sorted(orphans)]:
        print(f"stale: {path.relative_to(ROOT)}; run `make schemas`, or delete it when its event is gone")
    return bool(problems or silent or stale or orphans)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
