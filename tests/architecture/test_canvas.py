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
        *(f"{'/'.join(sorted(route.methods or ()))} {route.path}" for route in api_routes(service.app())),
        *(f"{each.producer}.{each.aggregate}" for each in service.subscriptions),
        *(kind for router in service.timer_routers for kind in router.handlers),
        *service.base.metadata.tables,
    ]
    assert [what for what in declared if f"| `{what}` |" not in shown] == []


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
