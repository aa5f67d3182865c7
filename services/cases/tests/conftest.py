from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from cases.main import service
from cases.testing import SMOLENSK, Family
from chassis.testing.running import Running

Arrival = Callable[..., Awaitable[Family]]


@pytest.fixture(scope="module")
async def app(module_running: Any) -> Running:
    started: Running = await module_running(service)
    return started


@pytest.fixture
def arrival(app: Running, nats_client: Any) -> Arrival:
    """``await arrival(region, **changes)``: a family whose file has just opened."""

    async def arrives(region: str = "moscow-early-help", **changes: Any) -> Family:
        return await Family.arrives(app, nats_client, region, **changes)

    return arrives


@pytest.fixture
async def served(arrival: Any) -> tuple[Family, Any]:
    """A family of Smolensk and its approved card of March."""
    family = await arrival(SMOLENSK)
    return family, await family.approved(await family.iksra())
