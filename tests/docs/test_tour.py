"""The tour leads through real code: every stop links a file that defines what the stop names."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
TOUR = ROOT / "docs" / "tour.md"
CODE_LINK = re.compile(r"\[([^\]]+?) · ([\w.]+)\]\(([^)]+)\)")
FEWEST, MOST = 6, 10


class Link(NamedTuple):
    """``[label · symbol](target)``: the label is the path from the root, the target the path from the page."""

    label: str
    symbol: str
    target: str


def walks(page: str) -> dict[str, list[str]]:
    """Title → stops: the numbered items under each heading that begins a walk."""
    parts = re.split(r"^## (Walk .+)$", page, flags=re.MULTILINE)[1:]
    return {
        title: re.split(r"^\d+\. ", body, flags=re.MULTILINE)[1:]
        for title, body in zip(parts[::2], parts[1::2], strict=True)
    }


def links(stop: str) -> list[Link]:
    return [Link(*found) for found in CODE_LINK.findall(stop)]


def defined(body: list[ast.stmt], prefix: str = "") -> Iterator[str]:
    """Functions, classes with their members, and assigned names, dotted."""
    for node in body:
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield prefix + name
            case ast.ClassDef(name=name, body=inside):
                yield prefix + name
                yield from defined(inside, f"{prefix}{name}.")
            case ast.Assign(targets=targets):
                yield from (prefix + target.id for target in targets if isinstance(target, ast.Name))
            case ast.AnnAssign(target=ast.Name(id=name)):
                yield prefix + name


def faults(link: Link) -> Iterator[str]:
    path = (TOUR.parent / link.target).resolve()
    if not path.is_file():
        yield f"{link.target}: no such file"
    elif path != ROOT / link.label:
        yield f"{link.label}: the link leads to {link.target}"
    elif link.symbol not in set(defined(ast.parse(path.read_text("utf-8")).body)):
        yield f"{link.label}: defines no {link.symbol}"


WALKS = walks(TOUR.read_text("utf-8"))


def test_the_tour_has_a_request_an_event_and_a_number() -> None:
    assert [title.rpartition(" ")[2] for title in WALKS] == ["request", "event", "number"]


@pytest.mark.parametrize("walk", WALKS)
def test_every_walk_has_six_to_ten_stops(walk: str) -> None:
    assert FEWEST <= len(WALKS[walk]) <= MOST


@pytest.mark.parametrize("walk", WALKS)
def test_every_stop_begins_with_a_file_that_defines_what_it_names(walk: str) -> None:
    assert [stop[:60] for stop in WALKS[walk] if not CODE_LINK.match(stop)] == []
    assert [fault for stop in WALKS[walk] for link in links(stop) for fault in faults(link)] == []


@pytest.mark.parametrize(
    ("link", "fault"),
    [
        (Link("tests/e2e/gone.py", "applications", "../tests/e2e/gone.py"), "no such file"),
        (Link("tests/e2e/recount.py", "gone", "../tests/e2e/recount.py"), "defines no gone"),
        (Link("tests/e2e/recount.py", "quota", "../tests/e2e/conftest.py"), "the link leads to"),
    ],
)
def test_a_stop_that_leads_nowhere_is_found(link: Link, fault: str) -> None:
    assert [fault in found for found in faults(link)] == [True]
