"""A ticked requirement names a test that exists."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROWS = re.compile(r"^\| (D\d-\d\d) \| (\w+) \| .* \| (✓?) ?\| (.*?) ?\|$", re.MULTILINE)
SERVICES = {"intake", "cases", "scheduling", "notifications", "reporting"}


def rows() -> list[tuple[str, str, str, str]]:
    return ROWS.findall((ROOT / "docs" / "requirements.md").read_text("utf-8"))


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
