"""What the stories share. Their helpers stand beside them."""

from collections.abc import Iterator

import pytest
from local_deploy.story.world import World
from local_deploy.system import System


@pytest.fixture(scope="module")
def world(system: System) -> Iterator[World]:
    """The people at the running system, before any of them has done anything."""
    here = World(system)
    yield here
    here.close()
