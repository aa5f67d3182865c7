"""The samples at the running system: what was generated from the descriptions is what the services do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from local_deploy.story import application
from local_deploy.story.teller import COORDINATOR, HEAD
from local_deploy.story.world import EARLY_HELP, FamilyStory, World
from local_deploy.system import System

from tests.clients.conftest import run
from tests.clients.toolchain import NODE, tool

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def world(system: System) -> Iterator[World]:
    here = World(system)
    yield here
    here.close()


@pytest.fixture(params=["typescript", "python"])
def sample(request: pytest.FixtureRequest) -> tuple[Path, Path, str]:
    """Where it lies, what runs it, what it is called."""
    folder: Path = request.getfixturevalue(request.param)
    return (folder, NODE, "sample.ts") if request.param == "typescript" else (folder, tool("python"), "sample.py")


def told(sample: tuple[Path, Path, str], world: World, *words: str, token: str = "") -> Any:
    folder, interpreter, name = sample
    given = {"MARSHRUT_URL": world.system.url, "MARSHRUT_TOKEN": token}
    done = run(interpreter, name, *words, cwd=folder, **given)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_generated_client_applies_and_books_the_first_appointment(
    world: World, sample: tuple[Path, Path, str]
) -> None:
    coordinator = COORDINATOR[EARLY_HELP]
    territory = f"{EARLY_HELP}/severny"
    applied = told(sample, world, "apply", EARLY_HELP, territory)
    assert (applied["outcome"], applied["once"]) == ("submitted", True)
    assert applied["refusal"] == {"slug": "phone_invalid", "field": "phone", "status": 422}

    waiting = told(sample, world, "work", territory, token=world.staff(coordinator).token)
    (item,) = (item for item in waiting if item["subject_id"] == applied["id"])
    assert item["standing"] in {"open", "soon"}

    family = FamilyStory(EARLY_HELP, "", "", "", "", application_id=applied["id"])
    application.call_back(world, coordinator, family, "Малыш почти не тянется к игрушкам")
    application.hand_over(world, coordinator, family)
    application.accept(world, HEAD[EARLY_HELP], family)

    booked = told(sample, world, "book", applied["id"], token=world.staff(coordinator).token)
    assert (booked["files"], booked["total"]) == ([family.child_id], 1)
    assert (booked["appointment"]["child_id"], booked["appointment"]["state"]) == (family.child_id, "booked")
    assert datetime.fromisoformat(booked["appointment"]["starts_at"]) > world.clock.now()
