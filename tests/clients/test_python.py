"""Python: the generated packages and the sample are typed strictly, and each mistake of `refused.py` is seen."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.clients.conftest import OPENAPI, SERVICES, run
from tests.clients.toolchain import tool

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
MARK = re.compile(r"  # type: ignore\[[a-z-]+\]")


def checked(folder: Path) -> str:
    """What the type checker says of everything there."""
    return run(tool("mypy"), "--no-error-summary", "--exclude", "venv", ".", cwd=folder).stdout


def operations(service: str) -> int:
    document = json.loads((OPENAPI / f"{service}.json").read_text("utf-8"))
    return sum(len(verbs) for verbs in document["paths"].values())


def test_packages_and_sample_are_typed_and_every_mark_stands_on_a_mistake(python: Path) -> None:
    assert checked(python) == ""


def test_without_its_mark_every_mistake_is_an_error(python: Path) -> None:
    source = python / "refused.py"
    marked = source.read_text("utf-8")
    lines = [number for number, line in enumerate(marked.splitlines(), 1) if MARK.search(line)]
    source.write_text(MARK.sub("", marked), "utf-8")
    try:
        told = checked(python)
    finally:
        source.write_text(marked, "utf-8")
    assert len(lines) >= 5
    assert sorted({int(line) for line in re.findall(r"^refused\.py:(\d+): error", told, re.M)}) == lines


@pytest.mark.parametrize("service", SERVICES)
def test_every_operation_has_a_module_that_can_be_imported(python: Path, service: str) -> None:
    folder = python / f"{service}_client" / "api"
    modules = [path.relative_to(python).with_suffix("") for path in folder.glob("*/*.py") if path.stem != "__init__"]
    program = "import importlib, sys; [importlib.import_module(name) for name in sys.argv[1:]]"
    names = [".".join(module.parts) for module in modules]
    done = run(tool("python"), "-c", program, *names, cwd=python)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(names) == operations(service)
