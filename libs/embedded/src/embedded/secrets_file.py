"""Generated passwords, kept next to the data they open."""

import json
import os
import secrets
from pathlib import Path


class SecretsFile:
    """Name → password, made on first use and stable from then on. Readable by the owner only (0600)."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}

    def __getitem__(self, name: str) -> str:
        if name not in self._known:
            self._known[name] = secrets.token_hex(16)
            self._save()
        return self._known[name]

    def _save(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._path.with_suffix(".new")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(self._known, file, indent=1)
        fresh.replace(self._path)
