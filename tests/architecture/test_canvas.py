"""The canvas shows everything a service declares, and takes its place in a page without touching the rest."""

from importlib import import_module

import pytest
from chassis.http.openapi import api_routes
from chassis.run import Service
from chassis.run.canvas import BEGIN, END, UnmarkedPageError, canvas, placed

SERVICES = ("intake", "cases", "scheduling", "notifications", "reporting")


@pytest.mark.parametrize("name", SERVICES)
def test_every_route_subscription_timer_and_table_is_shown(name: str) -> None:
    service: Service = import_module(f"{name}.main").service
    shown = canvas(service)
    declared = [
        *(room.name for room in service.rooms),
        *(f"{'/'.join(sorted(route.methods or ()))} {route.path}" for route in api_routes(service.app())),
        *(f"{each.producer}.{each.aggregate}" for each in service.subscriptions),
        *service.base.metadata.tables,
        *(entry.table for entry in service.guarded),
    ]
    assert [what for what in declared if f"\n| `{what}` |" not in shown] == []
    inside = [
        *(kind for router in service.timer_routers for kind in router.handlers),
        *(f"{model.FILE}.yaml" for room in service.rooms for model in room.packs),
        *(loop.__name__ for room in service.rooms for loop in room.background),
    ]
    assert [what for what in inside if f"`{what}`" not in shown] == []
    assert [gauge.name for room in service.rooms for gauge in room.gauges if f"| `{gauge.name}" not in shown] == []


@pytest.mark.parametrize("name", SERVICES)
def test_commands_and_queries_of_the_rooms_add_up_to_the_routes(name: str) -> None:
    service: Service = import_module(f"{name}.main").service
    counted = sum(int(number) for row in table(canvas(service), "Rooms") for number in row[2:4] if number)
    common = table(canvas(service), "Routes of every service")
    assert counted + len(common) == len(list(api_routes(service.app())))


def test_every_timer_and_room_says_what_it_is_for() -> None:
    shown = {name: canvas(import_module(f"{name}.main").service) for name in SERVICES}
    rows = [(name, row) for name, page in shown.items() for part in ("Rooms", "Timers") for row in table(page, part)]
    assert [(name, row[0]) for name, row in rows if not row[1]] == []


def test_a_permission_is_granted_to_anybody_to_a_token_or_to_roles() -> None:
    rows = {row[0]: row[3] for row in table(canvas(import_module("intake.main").service), "Routes of `applications`")}
    assert rows["`POST /applications`"] == "anybody"
    assert rows["`GET /applications/status`"].startswith("holder of the token")
    assert "coordinator" in rows["`POST /applications/{application_id}/take`"]


def table(page: str, heading: str) -> list[list[str]]:
    """The cells of the rows under a heading; none when the page has no such heading."""
    rows = page.partition(f"### {heading}\n")[2].partition("###")[0].splitlines()
    return [[cell.strip() for cell in row.strip("|").split(" | ")] for row in rows if row.startswith("|")][2:]


@pytest.mark.parametrize("name", SERVICES)
def test_the_canvas_is_the_same_at_every_writing(name: str) -> None:
    service: Service = import_module(f"{name}.main").service
    assert canvas(service) == canvas(service)


def test_a_page_keeps_what_stands_around_its_canvas() -> None:
    page = f"# cases\n\nBy hand.\n\n{BEGIN}\nold\n{END}\n\nBy hand, too.\n"
    written = placed(page, "new\n")
    assert written == f"# cases\n\nBy hand.\n\n{BEGIN}\nnew\n{END}\n\nBy hand, too.\n"
    assert placed(written, "new\n") == written


@pytest.mark.parametrize("page", ["# cases\n", f"{END}\n{BEGIN}\n", f"{BEGIN}\n{BEGIN}\n{END}\n", f"{BEGIN}\n"])
def test_a_page_without_a_clear_place_is_refused(page: str) -> None:
    with pytest.raises(UnmarkedPageError):
        placed(page, "new\n")
