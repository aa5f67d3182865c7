"""How a run is shared out between two processes: a module stays together, and so does what needs the whole system."""

from pathlib import Path

import pytest

WHOLE_SYSTEM = (Path(__file__).parent / "tests" / "e2e", Path(__file__).parent / "tests" / "faults")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Name the group of every test for ``--dist loadgroup``."""
    for item in items:
        system = any(item.path.is_relative_to(folder) for folder in WHOLE_SYSTEM)
        item.add_marker(pytest.mark.xdist_group("system" if system else item.nodeid.partition("::")[0]))
