"""One running system for all stories and faults of a test run."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from local_deploy.system import Ports, System

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """Every server and service on free ports, with data of its own; stopped at the end."""
    started = System(tmp_path_factory.mktemp("system"), Ports.free(), ROOT / "regions", split=True)
    with started.running():
        yield started
