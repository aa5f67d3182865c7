"""The remote point with its journal, and two who work there."""

from __future__ import annotations

import pytest
from chassis.testing.running import Caller, Running
from intake.testing.enquiries import Desk


@pytest.fixture
def desk(intake: Running) -> Desk:
    return Desk(intake)


@pytest.fixture
async def coordinator(desk: Desk) -> Caller:
    return await desk.person("socrabota.muromtsevo")


@pytest.fixture
async def specialist(desk: Desk) -> Caller:
    return await desk.person("lfk.muromtsevo")
