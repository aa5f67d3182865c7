"""The pages lead somewhere: every link, path, verb and record they name exists."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest

ROOT = Path(__file__).parents[2]
RECORDS = ROOT / "docs" / "adr"
MADE = {"bench/results", "bench/results/"}
"""Written by a run, not committed."""
PARTS = ("libs", "services", "deploy", "regions", "tests", "bench", "docs")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
PLACE = re.compile(r"`((?:libs|services|deploy|regions|tests|bench|docs)/[\w./-]+)`")
VERB = re.compile(r"`make ([a-z0-9-]+)")
INDEXED = re.compile(
    r"^\| \[(\d{4})\]\((\d{4}-[\w-]+\.md)\) \| (.+?) \| (in force|superseded by (\d{4})) \| .+ \|$", re.M
)


def pages() -> list[str]:
    found = [path for part in PARTS for path in (ROOT / part).rglob("*.md")] + list(ROOT.glob("*.md"))
    return sorted(path.relative_to(ROOT).as_posix() for path in found)


def words(page: str) -> str:
    """The page without its fenced blocks, which are pictures and programs."""
    return re.sub(r"```.*?```", "", (ROOT / page).read_text("utf-8"), flags=re.DOTALL)


def anchors(page: Path) -> set[str]:
    """What a forge makes of the headings."""
    headings = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def missing_links(page: str) -> Iterator[str]:
    for link in LINK.findall(words(page)):
        if "://" in link or link.startswith("mailto:"):
            continue
        path, _, anchor = unquote(link).partition("#")
        target = (ROOT / page).parent / path if path else ROOT / page
        if not target.exists() or (anchor and target.suffix == ".md" and anchor not in anchors(target)):
            yield link


@pytest.mark.parametrize("page", pages())
def test_every_relative_link_leads_somewhere(page: str) -> None:
    assert list(missing_links(page)) == []


@pytest.mark.parametrize("page", pages())
def test_every_path_a_page_names_exists(page: str) -> None:
    lines = [line for line in words(page).splitlines() if "to come" not in line]
    named = {place for line in lines for place in PLACE.findall(line)} - MADE
    assert [place for place in sorted(named) if not (ROOT / place).exists()] == []


@pytest.mark.parametrize("page", pages())
def test_what_is_to_come_is_not_there_yet(page: str) -> None:
    rows = [line for line in words(page).splitlines() if line.startswith("|") and line.endswith("| to come |")]
    named = {place for line in rows for place in PLACE.findall(line)}
    assert [place for place in sorted(named) if (ROOT / place).exists()] == []


def test_every_verb_a_page_names_is_in_the_makefile() -> None:
    verbs = set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = {(page, verb) for page in pages() for verb in VERB.findall((ROOT / page).read_text("utf-8"))}
    assert sorted((page, verb) for page, verb in named if verb not in verbs) == []


def test_the_architecture_is_readable_in_a_terminal() -> None:
    long = [
        (page, number)
        for page in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "docs/architecture.md")
        for number, line in enumerate((ROOT / page).read_text("utf-8").splitlines(), 1)
        if len(line) > 120 and not line.startswith("|")
    ]
    assert long == []


def test_the_index_lists_every_decision_record_with_its_title() -> None:
    index = {
        file: (number, title) for number, file, title, *_ in INDEXED.findall((RECORDS / "README.md").read_text("utf-8"))
    }
    records = {path.name: path.read_text("utf-8").partition("\n")[0] for path in RECORDS.glob("[0-9]*.md")}
    assert {name: f"# {number} {title}" for name, (number, title) in index.items()} == records
    assert all(name.startswith(f"{number}-") for name, (number, _) in index.items())


def test_a_superseded_record_and_its_successor_name_each_other() -> None:
    for number, file, _, _, successor in INDEXED.findall((RECORDS / "README.md").read_text("utf-8")):
        if successor:
            (later,) = RECORDS.glob(f"{successor}-*.md")
            assert file in later.read_text("utf-8"), f"{successor} does not name {number}"
            assert later.name in (RECORDS / file).read_text("utf-8"), f"{number} does not name {successor}"


@pytest.mark.parametrize(
    ("message", "taken"),
    [
        ("intake: take an application over\n\nWhy.", True),
        ("Merge branch 'main'", True),
        ("Takes an application over", False),
        ("intake: take an application over.", False),
        (f"intake: {'x' * 65}", False),
    ],
)
def test_the_commit_form_is_what_contributing_says(message: str, taken: bool, tmp_path: Path) -> None:
    (tmp_path / "message").write_text(message, "utf-8")
    answer = subprocess.run([ROOT / ".ci" / "hooks" / "commit-msg", tmp_path / "message"], check=False)
    assert (answer.returncode == 0) is taken
