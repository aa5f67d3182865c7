"""Records what a played story leaves on disk, so that later versions can be started on it.

Run with the code of the version that is to be recorded, from its own checkout::

    python tests/upgrade/record.py tests/upgrade/<commit>

Kept are five database dumps, the bus's streams, objects and keys, the issuer's database and every secret of the data
folder; the secrets open nothing but this fixture. All people are invented. Before the end the services that consume are
stopped and two more applications come in: their facts wait on the bus and in the outbox for whoever is started next.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
import tempfile
import time
from pathlib import Path
from typing import Any

from embedded import LOOPBACK
from embedded.postgres import _INSTALL
from local_deploy.story import application
from local_deploy.story.teller import tell
from local_deploy.story.world import EARLY_HELP, FamilyStory, World
from local_deploy.system import Ports, System
from rich.console import Console

REGIONS = Path(__file__).parents[2] / "regions"
CONSUMING = ("cases", "scheduling", "notifications", "reporting")
KEPT = (
    "nats/jetstream",
    "nats/passwords.json",
    "postgres/passwords.json",
    "identity",
    "keyring-secret",
    "clock-offset",
)
WAITING = ("waits-on-the-bus@example.org", "waits-in-the-outbox@example.org")
"""Families whose facts nobody has taken yet."""
LEFT_OUT = (".log", ".pid")


def main(target: Path) -> None:
    """Play, stop, keep."""
    with tempfile.TemporaryDirectory(prefix="marshrut-recorded-") as folder:
        data = Path(folder)
        # as `make run` leaves it: readable for the system user the database server runs as
        data.chmod(0o755)
        system = System(data, Ports.free(), REGIONS)
        with system.running(print):
            tell(system, Console())
            leave_facts_on_their_way(system)
        dumps = dump(system)
        target.mkdir(parents=True, exist_ok=True)
        with tarfile.open(target / "story.tar.xz", "w:xz") as archive:
            for name in KEPT:
                if (data / name).exists():
                    archive.add(data / name, name, filter=without_logs)
            for name, path in dumps.items():
                archive.add(path, f"dumps/{name}.sql")
        (target / "recorded.json").write_text(json.dumps(counted(dumps), indent=1, sort_keys=True) + "\n")


def leave_facts_on_their_way(system: System) -> None:
    """Two applications nobody but intake knows of; the second may still stand in the outbox."""
    for name in CONSUMING:
        system.processes[name].stop()
    world = World(system)
    try:
        for number, email in enumerate(WAITING, start=1):
            child = f"Осокин Тимур{'а' * number}"
            family = FamilyStory(EARLY_HELP, "Осокина Нина Павловна", child, email, f"+7 999 000-01-0{number}")
            application.submit(world, family, months=5 + number)
            if number < len(WAITING):
                time.sleep(3)
    finally:
        world.close()
    system.processes["intake"].stop()


def dump(system: System) -> dict[str, Path]:
    """Every service's database as SQL; the server is started once more for it."""
    system.postgres.start()
    try:
        found = {}
        for name in system.services:
            path = system.data_dir / f"{name}.sql"
            command = [str(_INSTALL / "bin/pg_dump"), "-h", LOOPBACK, "-p", str(system.postgres.port), "-U", "postgres"]
            password = json.loads((system.data_dir / "postgres/passwords.json").read_text())["postgres"]
            environment = {**os.environ, "PGPASSWORD": password}
            path.write_bytes(subprocess.run([*command, name], check=True, capture_output=True, env=environment).stdout)
            found[name] = path
        return found
    finally:
        system.postgres.stop()


def counted(dumps: dict[str, Path]) -> dict[str, Any]:
    """Rows of each table that must be there again, by service."""
    rows: dict[str, Any] = {}
    for name, path in dumps.items():
        table, count = None, 0
        for line in path.read_text("utf-8").splitlines():
            if table is None and line.startswith("COPY public."):
                table, count = line.split()[1].removeprefix("public."), 0
            elif table is not None and line == "\\.":
                rows.setdefault(name, {})[table], table = count, None
            elif table is not None:
                count += 1
    return rows


def without_logs(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
    """What servers wrote for people is not kept; whoever unpacks owns the files."""
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    return None if entry.name.endswith(LEFT_OUT) else entry


if __name__ == "__main__":
    main(Path(sys.argv[1]))
