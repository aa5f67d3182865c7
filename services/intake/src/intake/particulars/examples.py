"""What requests look like: an example stands on every body; people, places and ids in it are invented."""

from __future__ import annotations

from typing import Any

from pydantic import ConfigDict

REGION, TERRITORY = "example", "example/lesnoy"
RECORD = "0199c1a0-5b1e-7c3a-9d42-1f0e6a7b8c90"
PERSON = "0199c1a0-5b1e-7c3a-9d42-1f0e6a7b8c91"
ORGANISATION = "0199c1a0-5b1e-7c3a-9d42-1f0e6a7b8c92"
PARTNER = "0199c1a0-5b1e-7c3a-9d42-1f0e6a7b8c93"
CHILD = {"name": "Рощин Тимофей", "birth_date": "2024-05-17"}
FAMILY = {"name": "Рощина Алла Петровна", "phone": "+7 905 000-55-66", "address": "п. Лесной, ул. Речная, д. 3"}
CONSENT = {
    "purpose": "contact",
    "text_version": "2026-1",
    "text_hash": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "form": "tick",
    "given_at": "2026-03-02T09:55:00+03:00",
}


def shown(**fields: Any) -> ConfigDict:
    """The configuration of a request: what it does not know is refused, and this is what one looks like."""
    return ConfigDict(extra="forbid", json_schema_extra={"examples": [fields]})
