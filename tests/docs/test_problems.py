"""The page of problems is complete: every slug a test expects stands on it, and every description names it."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "problems.md").read_text("utf-8")
LISTED = set(re.findall(r"^\| `(\w+)` \| \d{3} \|", PAGE, re.M))
TESTS = ("libs/*/tests", "services/*/tests", "tests", "deploy/*/tests")


def expected(path: Path) -> Iterator[str]:
    """Slugs a test compares with: ``answer.json()["slug"] == "x"``, also as one of a tuple or all of a list."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Compare) and len(node.ops) == 1 and isinstance(node.ops[0], ast.Eq):
            yield from _paired(node.left, node.comparators[0])


def _paired(told: ast.expr, wanted: ast.expr) -> Iterator[str]:
    if isinstance(told, ast.Tuple) and isinstance(wanted, ast.Tuple):
        for left, right in zip(told.elts, wanted.elts, strict=False):
            yield from _paired(left, right)
    elif isinstance(told, ast.ListComp) and isinstance(wanted, ast.List):
        for one in wanted.elts:
            yield from _paired(told.elt, one)
    elif isinstance(wanted, ast.Constant) and isinstance(wanted.value, str) and _is_a_slug(told):
        yield wanted.value


def _is_a_slug(told: ast.expr) -> bool:
    return ast.unparse(told).endswith(("['slug']", ".slug"))


def test_every_slug_a_test_expects_stands_on_the_page() -> None:
    files = [path for pattern in TESTS for folder in ROOT.glob(pattern) for path in folder.rglob("test_*.py")]
    seen = {slug for path in files for slug in expected(path)}
    assert len(seen) > 60, "the test no longer finds what tests expect"
    assert seen - LISTED == set()


@pytest.mark.parametrize("service", ["intake", "cases", "scheduling", "notifications", "reporting"])
def test_every_description_names_the_page(service: str) -> None:
    document = json.loads((ROOT / "docs" / "openapi" / f"{service}.json").read_text("utf-8"))
    assert "docs/problems.md" in document["info"]["description"]
    assert "docs/problems.md" in document["components"]["schemas"]["Problem"]["description"]
