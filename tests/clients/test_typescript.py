"""TypeScript: what is right compiles under every strictness, and each mistake of `refused.ts` is seen."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.clients.conftest import run
from tests.clients.toolchain import HERE, NODE

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
DIRECTIVE = "// @ts-expect-error"


def compiled(folder: Path) -> str:
    """What the compiler says; nothing when all is well."""
    return run(NODE, folder / "node_modules" / "typescript" / "bin" / "tsc", "--pretty", "false", cwd=folder).stdout


def test_the_lock_holds_no_address_of_a_registry() -> None:
    assert '"resolved"' not in (HERE / "typescript" / "package-lock.json").read_text("utf-8")


def test_types_and_sample_compile_and_every_directive_stands_over_a_mistake(typescript: Path) -> None:
    assert compiled(typescript) == ""


def test_without_its_directive_every_mistake_breaks_the_build(typescript: Path) -> None:
    source = typescript / "refused.ts"
    marked = source.read_text("utf-8")
    lines = [number for number, line in enumerate(marked.splitlines(), 1) if DIRECTIVE in line]
    source.write_text(marked.replace(DIRECTIVE, "//"), "utf-8")
    try:
        told = compiled(typescript)
    finally:
        source.write_text(marked, "utf-8")
    assert len(lines) >= 8
    assert sorted({int(line) for line in re.findall(r"^refused\.ts\((\d+),", told, re.M)}) == [n + 1 for n in lines]
    assert "sample.ts" not in told
