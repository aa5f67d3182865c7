"""Schemathesis over every service, as somebody of every role and as nobody (issue 4: bad input everywhere)."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import pytest
from chassis.run import Service
from chassis.testing.plugin import Runner
from chassis.testing.running import REGIONS, Running
from contracts.access import Role
from local_deploy.system import SERVICES

from tests.deep.examination import examined, failures, listening, operations
from tests.deep.known import Names, known
from tests.deep.scene import filled, widest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]
FREE = {"intake": dict.fromkeys(("form_rate", "account_rate", "binding_rate"), "100000/minute")}
"""Rate limits have tests of their own."""


def service_of(name: str) -> Service:
    service: Service = import_module(f"{name}.main").service
    return service


ASKED = [(name, role) for name in SERVICES for role in Role if operations(service_of(name), role)]


@dataclass(frozen=True)
class Scene:
    """A filled service with what may be known of it."""

    app: Running
    values: Names
    tokens: dict[str, str]


@pytest.fixture(scope="module")
async def scenes(module_running: Runner) -> dict[str, Scene]:
    return {}


async def scene_of(scenes: dict[str, Scene], name: str, run: Runner) -> Scene:
    if name not in scenes:
        app = await run(service_of(name), **FREE.get(name, {}))
        tokens = await filled(app)
        scenes[name] = Scene(app, await known(app, REGIONS), tokens)
    return scenes[name]


@pytest.mark.parametrize(("name", "role"), ASKED)
async def test_every_door_answers_as_its_description_says(
    module_running: Runner, scenes: dict[str, Scene], name: str, role: Role, tmp_path: Path
) -> None:
    scene = await scene_of(scenes, name, module_running)
    token = await widest(scene.app, role, scene.values)
    asked = operations(scene.app.service, role)
    async with listening(scene.app) as url:
        # a token opens one kind of record: whoever holds none asks once for each kind
        for kind in scene.tokens if role is Role.PUBLIC else [""]:
            wanted = [o for o in asked if not kind or kind in o or kind == next(iter(scene.tokens))]
            report = await examined(
                url, wanted, scene.values, tmp_path, token=token, status_token=scene.tokens.get(kind)
            )
            (tmp_path / f"report{kind}.txt").write_text(report.text, "utf-8")
            assert report.clean, failures(report.text)
