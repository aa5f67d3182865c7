"""The unprivileged user PostgreSQL demands when we are root."""

import os
import pwd
import shutil
import subprocess
from pathlib import Path

from embedded.process import SystemUser

_NAME = "marshrut"


def unprivileged_user(*paths: Path) -> SystemUser | None:
    """``None`` unless we are root. ``paths`` are what the user must reach: closed parents set ``traverse``."""
    if os.geteuid() != 0:
        return None
    entry = _find_or_create()
    return SystemUser(entry.pw_uid, entry.pw_gid, traverse=not all(map(_open_to_all, paths)))


def _find_or_create() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(_NAME)
    except KeyError:
        command = shutil.which("useradd")
        if command is None:
            return pwd.getpwnam("nobody")
    subprocess.run(
        [command, "--system", "--no-create-home", "--user-group", "--shell", "/usr/sbin/nologin", _NAME],
        check=False,
        capture_output=True,
    )
    try:
        # Another start may have created it at the same moment: what counts is that it is there.
        return pwd.getpwnam(_NAME)
    except KeyError:
        return pwd.getpwnam("nobody")


def _open_to_all(path: Path) -> bool:
    return all(parent.stat().st_mode & 0o001 for parent in path.resolve().parents)


def hand_over(path: Path, user: SystemUser | None) -> None:
    """Create the directory, closed to everybody but the user the server runs as."""
    path.mkdir(parents=True, exist_ok=True)
    path.chmod(0o700)
    if user is not None:
        os.chown(path, user.uid, user.gid)
