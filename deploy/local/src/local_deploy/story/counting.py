"""Steps 10 and 11: what the managers can count, and what the family sees of its own."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

from local_deploy.story.gateway import Person, StoryError
from local_deploy.story.world import FamilyStory, World

MANAGERS = {"moscow-early-help": "manager.moskva", "smolensk": "manager.smolensk"}
REPORTS = ("applications", "quota", "trips")


def period(region: str, since: date, until: date) -> dict[str, str]:
    return {"region": region, "since": since.isoformat(), "until": until.isoformat()}


def story_period(world: World, region: str) -> dict[str, str]:
    """Everything the story can have touched."""
    today = world.clock.now().date()
    return period(region, today - timedelta(days=120), today + timedelta(days=60))


def count(world: World, name: str, region: str) -> list[dict[str, Any]]:
    """The rows of a report as the region's manager sees them."""
    query = story_period(world, region)
    rows: list[dict[str, Any]] = world.staff(MANAGERS[region]).get(f"/reporting/reports/{name}", params=query)["rows"]
    return rows


def save_spreadsheet(world: World, name: str, region: str, folder: Path) -> Path:
    """The same report as a file people can open."""
    query = story_period(world, region)
    answer = world.staff(MANAGERS[region]).call("GET", f"/reporting/reports/{name}.xlsx", params=query)
    if answer.is_error:
        raise StoryError(f"{name}.xlsx: {answer.status_code} {answer.text[:300]}")
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}-{region}.xlsx"
    path.write_bytes(answer.content)
    return path


def own_file(family: FamilyStory) -> Any:
    """The personal file as the family itself sees it."""
    return _account(family).get(f"/cases/case-files/{family.case_id}")


def own_visits(family: FamilyStory) -> Any:
    """The family's visits and sessions."""
    return _account(family).get("/scheduling/visits", params={"limit": 200})["items"]


def readers(family: FamilyStory) -> Any:
    """Who has read the child's data (protected readers hidden)."""
    return _account(family).get(f"/cases/case-files/{family.case_id}/readers", params={"limit": 200})["items"]


def strangers_view(family: FamilyStory, stranger: FamilyStory) -> list[int]:
    """What another family is answered for everything of this one."""
    paths = (
        f"/cases/case-files/{family.case_id}",
        f"/cases/case-files/{family.case_id}/readers",
        f"/intake/applications/{family.application_id}",
        f"/scheduling/children/{family.child_id}/offers",
    )
    return [_account(stranger).call("GET", path).status_code for path in paths]


def _account(family: FamilyStory) -> Person:
    assert family.account is not None
    return family.account
