"""People at the gateway: each logs in as a person would and calls the services with that token."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import uuid4
from zoneinfo import ZoneInfo

import httpx
from embedded import login

from local_deploy.staff import DEMO_PASSWORD
from local_deploy.system import CLIENT_ID, System

T = TypeVar("T")
_TOKEN_SECONDS = 10 * 60
_PATIENCE_SECONDS = 30.0


class StoryError(AssertionError):
    """The system answered something the story does not expect; carries what it said."""


class Person:
    """Somebody at the gateway; ``login`` None is the public."""

    def __init__(self, system: System, user: str | None = None, password: str = DEMO_PASSWORD) -> None:
        self._system, self._user, self._password = system, user, password
        self._http = httpx.Client(base_url=system.url, timeout=60)
        self._token, self._token_until = "", 0.0

    def close(self) -> None:
        self._http.close()

    def get(self, path: str, **options: Any) -> Any:
        """A read that must succeed."""
        return self._json(self.call("GET", path, **options), path)

    def post(self, path: str, body: Any = None, **options: Any) -> Any:
        """A command that must succeed; carries an idempotency key as a careful client does."""
        return self._json(self.call("POST", path, json=body, **options), path)

    def call(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Any request, whatever the answer."""
        headers = {**self._headers(), **options.pop("headers", {})}
        if method != "GET":
            headers.setdefault("Idempotency-Key", str(uuid4()))
        return self._http.request(method, path, headers=headers, **options)

    @property
    def token(self) -> str:
        """An access token that is good for some minutes; empty for the public."""
        if self._user is not None and time.monotonic() > self._token_until:
            self._log_in()
        return self._token

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if self._user is not None else {}

    def _log_in(self) -> None:
        assert self._user is not None
        tokens = login.authorization_code_login(
            self._system.identity.issuer, CLIENT_ID, self._system.redirect_uri, self._user, self._password
        )
        self._token, self._token_until = tokens["access_token"], time.monotonic() + _TOKEN_SECONDS

    @staticmethod
    def _json(response: httpx.Response, path: str) -> Any:
        if response.is_error:
            raise StoryError(f"{response.request.method} {path}: {response.status_code} {response.text[:600]}")
        return response.json() if response.content else None


class DemoClock:
    """The time the services live in; the story moves it forward and never back."""

    def __init__(self, system: System) -> None:
        self._file = system.clock_file

    def now(self) -> datetime:
        return datetime.now(UTC) + self._offset()

    def advance_to(self, moment: datetime) -> None:
        """Make it ``moment`` now; nothing when that has passed already."""
        ahead = moment - datetime.now(UTC)
        if ahead > self._offset():
            self._file.write_text(str(ahead.total_seconds()))

    def by_day(self, zone: ZoneInfo) -> None:
        """Not earlier than ten in the morning of a day: letters rest at night, and so does the story."""
        here = self.now().astimezone(zone)
        morning = here.replace(hour=10, minute=0, second=0, microsecond=0)
        if here.hour >= 17:
            morning += timedelta(days=1)
        self.advance_to(morning)

    def _offset(self) -> timedelta:
        return timedelta(seconds=float(self._file.read_text())) if self._file.exists() else timedelta()


def eventually(what: str, attempt: Callable[[], T | None]) -> T:
    """What events bring about within moments; raises `StoryError` when it does not come."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        found = attempt()
        if found:
            return found
        if time.monotonic() > deadline:
            raise StoryError(f"did not happen within {_PATIENCE_SECONDS:.0f} s: {what}")
        time.sleep(0.1)
