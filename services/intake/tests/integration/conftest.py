"""One intake per module, with the demo directory loaded."""

from __future__ import annotations

import pytest
from chassis.testing.plugin import START, Runner
from chassis.testing.running import Running
from intake.directory.background import load_directories
from intake.main import service
from intake.outreach.background import name_finders_of_packs
from intake.testing import IRKUTSK, SMOLENSK, Route


@pytest.fixture(scope="module")
async def intake(module_running: Runner) -> Running:
    rates = {"form_rate": "100000/minute", "account_rate": "100000/minute", "binding_rate": "100000/minute"}
    app = await module_running(service, public_url="https://early.example/intake/", **rates)
    await load_directories(app.worker)
    return app


@pytest.fixture(autouse=True)
def monday_morning(intake: Running) -> None:
    intake.clock.set(START)


@pytest.fixture
def moscow(intake: Running) -> Route:
    return Route(intake)


@pytest.fixture
def smolensk(intake: Running) -> Route:
    return Route(intake, SMOLENSK)


@pytest.fixture
async def irkutsk(intake: Running) -> Route:
    await name_finders_of_packs(intake.worker)
    return Route(intake, IRKUTSK)
