"""A ticked requirement names a test that exists; a row or a trap that code cites is defined."""

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROWS = re.compile(r"^\| (D\d-\d\d) \| (\w+) \| .* \| (✓?) ?\| (.*?) ?\|$", re.MULTILINE)
TRAPS = re.compile(r"^\| (T\d+) \| .+ \|$", re.MULTILINE)
CITED_ROW = re.compile(r"(?<![A-Za-z0-9])(D\d)[-_](\d\d)(?!\d)")
CITED_TRAP = re.compile(r"(?<![A-Za-z0-9\"'])T\d{1,2}(?![A-Za-z0-9\"':.])")
SERVICES = {"intake", "cases", "scheduling", "notifications", "reporting"}


def page() -> str:
    return (ROOT / "docs" / "requirements.md").read_text("utf-8")


def rows() -> list[tuple[str, str, str, str]]:
    return ROWS.findall(page())


def sources() -> str:
    folders = [ROOT / "libs", ROOT / "services", ROOT / "deploy", ROOT / "tests"]
    files = [path for folder in folders for path in folder.rglob("test_*.py")]
    return "\n".join(path.read_text("utf-8") for path in files)


def test_there_are_207_rows_each_with_one_owner() -> None:
    found = rows()
    assert len(found) == len({id for id, *_ in found}) == 207
    assert {owner for _, owner, _, _ in found} == SERVICES


def test_every_ticked_row_names_tests_that_exist_and_carry_its_id() -> None:
    text = sources()
    missing = [
        (id, name)
        for id, _, done, proof in rows()
        if done
        for name in re.findall(r"`(test_\w+)`", proof) or ["(no test named)"]
        if f"def {name}(" not in text or id.replace("-", "_") not in name
    ]
    assert missing == []


def test_an_unticked_row_names_no_proof() -> None:
    assert [id for id, _, done, proof in rows() if proof and not done] == []


def texts() -> Iterator[tuple[str, str]]:
    """Path and text of everything a person wrote, code and words."""
    folders = [ROOT / name for name in ("libs", "services", "deploy", "regions", "tests", "bench", "docs")]
    for path in (path for folder in folders for path in sorted(folder.rglob("*"))):
        if path.suffix in {".py", ".md", ".yaml"} and path.name != "requirements.md":
            yield path.relative_to(ROOT).as_posix(), path.read_text("utf-8")


def test_every_cited_row_and_trap_is_defined_here() -> None:
    defined = {id for id, *_ in rows()} | set(TRAPS.findall(page()))
    cited = [
        (path, code)
        for path, text in texts()
        for code in [*("-".join(found) for found in CITED_ROW.findall(text)), *CITED_TRAP.findall(text)]
    ]
    assert len(cited) > 1_000, "the pattern no longer finds what code cites"
    assert sorted({(path, code) for path, code in cited if code not in defined}) == []


def test_there_are_fifteen_traps_in_order() -> None:
    assert TRAPS.findall(page()) == [f"T{number}" for number in range(1, 16)]
