"""Where the wheels put the servers."""

import importlib.util
import sysconfig
from pathlib import Path


def installed_package(name: str) -> Path:
    """Folder of an installed package, found without running its import side effects."""
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise RuntimeError(f"package {name} is not installed: run `make setup`")
    return Path(spec.origin).parent


def installed_program(name: str) -> Path:
    """A program that a wheel installed next to this Python."""
    program = Path(sysconfig.get_path("scripts")) / name
    if not program.exists():
        raise RuntimeError(f"program {name} is not installed: run `make setup`")
    return program
