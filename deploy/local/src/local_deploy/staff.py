"""The demonstration accounts: the invented staff of the region packs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

DEMO_PASSWORD = "Marshrut-demo-2026"
"""The password of every demonstration account of `make run`; never used by a real deployment."""


@dataclass(frozen=True, slots=True)
class StaffMember:
    """One invented member of staff, as ``directory.yaml`` names it."""

    pack: str
    login: str
    name: str
    position: str
    roles: tuple[str, ...]


def demo_staff(regions_dir: Path) -> list[StaffMember]:
    """Everybody of the packs' ``directory.yaml`` with an account; who has no ``subject`` only stands in the list."""
    rows = [
        (path.parent.name, row)
        for path in sorted(regions_dir.glob("*/directory.yaml"))
        for row in yaml.safe_load(path.read_text("utf-8"))["staff"]
    ]
    return [_member(pack, row) for pack, row in rows if row.get("subject")]


def _member(pack: str, row: dict[str, object]) -> StaffMember:
    roles = row["roles"]
    assert isinstance(roles, list)
    return StaffMember(pack, str(row["login"]), str(row["name"]), str(row["position"]), tuple(map(str, roles)))
