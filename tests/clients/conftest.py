"""Clients generated from the committed descriptions, each beside its sample."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.clients.toolchain import HERE, NODE, PYTHON, TYPESCRIPT, tool

OPENAPI = HERE.parents[1] / "docs" / "openapi"
SERVICES = ("intake", "cases", "scheduling", "notifications", "reporting")


def run(*command: str | Path, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """A program of a toolchain, which sees nothing of our own packages."""
    known = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return subprocess.run(command, cwd=cwd, env={**known, **environment}, capture_output=True, text=True, check=False)


@pytest.fixture(scope="session")
def typescript() -> Path:
    """Types of the five services, made as `tests/clients/README.md` says, and the sample that uses them."""
    generator = TYPESCRIPT / "node_modules" / "openapi-typescript" / "bin" / "cli.js"
    shutil.copytree(HERE / "typescript", TYPESCRIPT, dirs_exist_ok=True)
    for service in SERVICES:
        source = OPENAPI / f"{service}.json"
        made = run(NODE, generator, source, "--default-non-nullable=false", "-o", f"{service}.ts", cwd=TYPESCRIPT)
        assert made.returncode == 0, made.stdout + made.stderr
    return TYPESCRIPT


@pytest.fixture(scope="session")
def python() -> Path:
    """A package per service; the generator may leave nothing out, which it would only warn of."""
    shutil.copytree(HERE / "python", PYTHON, dirs_exist_ok=True)
    for service in SERVICES:
        to = ["--output-path", f"{service}_client", "--meta", "none", "--overwrite", "--config", "generator.yaml"]
        source = ["--path", str(OPENAPI / f"{service}.json"), "--fail-on-warning"]
        made = run(tool("openapi-python-client"), "generate", *source, *to, cwd=PYTHON, PATH=str(tool("")))
        assert made.returncode == 0, made.stdout + made.stderr
    return PYTHON
