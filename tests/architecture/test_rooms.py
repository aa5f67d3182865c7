"""Whoever knows one room knows them all: the floor plan of every service, and each of its rules broken on purpose."""

from __future__ import annotations

from pathlib import Path

import pytest
from chassis.testing.architecture import (
    Rule,
    Source,
    budgets_are_kept,
    files_have_the_names_of_every_room,
    handlers_stand_in_subscribers,
    models_know_no_outside,
    nobody_commits,
    nobody_reads_the_clock,
    routes_are_described,
    routes_stand_in_api,
    tables_stand_in_model,
    units_go_through_commands_and_queries,
    violations,
)

ROOT = Path(__file__).parents[2]
SERVICES = ("intake", "cases", "scheduling", "notifications", "reporting")

ROUTE = """
@router.post("/{{id}}/take", permission="application:take")
async def take_application(id: UUID, unit: UnitDep) -> None:
    {words}
"""
HANDLER = (
    "@events.on(ApplicationTaken)\nasync def application_taken(event: ApplicationTaken, unit: Unit) -> None: ...\n"
)
TIMER = '@timers.on("call_back_due")\nasync def call_back_due(timer: Timer, unit: Unit) -> None: ...\n'
TABLE = 'class Application(Base):\n    __tablename__ = "applications"\n'
COMMAND = "async def take(id: UUID, unit: Unit) -> None: ...\n"


@pytest.mark.parametrize("service", SERVICES)
def test_every_file_of_a_room_keeps_the_rules(service: str) -> None:
    assert violations(ROOT / "services" / service / "src" / service) == []


@pytest.mark.parametrize(
    ("rule", "file", "text"),
    [
        (routes_stand_in_api, "taking.py", ROUTE.format(words='"""Take it."""')),
        (routes_stand_in_api, "commands/take.py", ROUTE.format(words='"""Take it."""')),
        (handlers_stand_in_subscribers, "commands.py", HANDLER),
        (handlers_stand_in_subscribers, "timers.py", TIMER),
        (tables_stand_in_model, "records.py", TABLE),
        (tables_stand_in_model, "queries.py", TABLE),
        (units_go_through_commands_and_queries, "taking.py", COMMAND),
        (units_go_through_commands_and_queries, "model.py", COMMAND),
        (models_know_no_outside, "model.py", "from sqlalchemy.ext.asyncio import AsyncSession\n"),
        (models_know_no_outside, "model/application.py", "from fastapi import Request\n"),
        (models_know_no_outside, "model.py", "import chassis.clock\n"),
        (nobody_commits, "commands.py", "async def take(unit):\n    await unit.session.commit()\n"),
        (nobody_reads_the_clock, "queries.py", "def today():\n    return datetime.now(UTC)\n"),
        (nobody_reads_the_clock, "model.py", "DAY = date.today()\n"),
        (budgets_are_kept, "model.py", "x = 1\n" * 301),
        (budgets_are_kept, "model.py", "def long():\n" + "    x = 1\n" * 60),
        (routes_are_described, "api.py", ROUTE.format(words="...")),
        (files_have_the_names_of_every_room, "taking.py", '"""Takes applications."""\n'),
        (files_have_the_names_of_every_room, "utils/text.py", "x = 1\n"),
    ],
)
def test_a_breach_is_noticed(rule: Rule, file: str, text: str) -> None:
    assert list(rule(Source(Path("applications") / file, text, in_room=True)))


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("api.py", ROUTE.format(words='"""Take it."""')),
        ("api/take.py", ROUTE.format(words='"""Take it."""')),
        ("subscribers.py", HANDLER + TIMER),
        ("model/application.py", TABLE),
        ("commands/take_application.py", COMMAND),
        ("ladder.py", '"""Pure. The steps of outreach."""\n'),
        ("mailbox.py", '"""Door to the mail server of the region."""\n'),
    ],
)
def test_what_stands_in_its_place_is_no_breach(file: str, text: str) -> None:
    from chassis.testing.architecture import RULES

    source = Source(Path("applications") / file, text, in_room=True)
    assert [breach for rule in RULES for breach in rule(source)] == []


def test_main_is_a_list_of_rooms_and_no_more() -> None:
    assert list(budgets_are_kept(Source(Path("main.py"), "x = 1\n" * 15))) == []
    assert list(budgets_are_kept(Source(Path("main.py"), "x = 1\n" * 16))) == ["16 lines, budget 15"]
