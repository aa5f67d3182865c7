"""The curator of an operator in Irkutsk."""

from __future__ import annotations

import pytest
from chassis.testing.running import Caller
from intake.testing import Route


@pytest.fixture
async def curator(irkutsk: Route) -> Caller:
    return await irkutsk.person("koordinator.angarsk")
