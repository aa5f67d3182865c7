"""A family with an account, and the consultant of its sector."""

from __future__ import annotations

import pytest
from chassis.testing.running import Caller, Running
from intake.testing import Route
from intake.testing.portal import OBLAST


@pytest.fixture
async def family(intake: Running) -> Caller:
    account = await intake.as_role("account")
    assert (await account.post("/accounts")).status_code in {200, 201}
    return account


@pytest.fixture
async def consultant(intake: Running) -> Caller:
    return await Route(intake, OBLAST).person("konsultant.sever")
