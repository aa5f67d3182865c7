"""Families and staff under load: each application goes from the form to its acceptance, step by step, with retries.

A retry carries the same idempotency key, so an outcome that was unknown becomes known.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
from contracts.identifiers import named_id
from embedded import LOOPBACK, login
from local_deploy.staff import DEMO_PASSWORD
from local_deploy.story.gateway import DemoClock
from local_deploy.system import CLIENT_ID, System

from tests.faults.harness.history import FAULTY, Command, History, Outcome

REGION = "moscow-early-help"
COORDINATOR, HEAD = "koordinator.moskva", "head.sever"
SERVICE = named_id("organisation", f"{REGION}/early-help-north")
ANSWER_SECONDS = 6.0
PATIENCE_SECONDS = 90.0
_RENEW_SECONDS = 8 * 60
_REPLAYED_SHARE = 0.1


class UnansweredError(RuntimeError):
    """A command got no definite answer within the clients' patience."""


class Families:
    """Clients of the intake service; they go straight to its port, as many addresses behind one gateway."""

    def __init__(self, system: System, history: History) -> None:
        self._system, self.history = system, history
        url = f"http://{LOOPBACK}:{system.ports.intake}"
        self._http = httpx.AsyncClient(base_url=url, timeout=ANSWER_SECONDS, trust_env=False)
        self._tokens: dict[str, tuple[str, float]] = {}
        self._form: dict[str, Any] = {}
        self.last_answer = time.monotonic()

    async def open(self) -> None:
        """Read the form and log the staff in."""
        await self._read_form()
        for user in (COORDINATOR, HEAD):
            await self._log_in(user)

    async def close(self) -> None:
        await self._http.aclose()

    async def live(self, stop: asyncio.Event, most: int) -> None:
        """One after another, until told to stop or ``most`` applications have been begun; ends what it has begun."""
        while not stop.is_set() and len(self.history.begun(Command.SUBMIT)) < most:
            await self.follow_route(uuid4())

    async def follow_route(self, application_id: UUID) -> None:
        """One application through all five commands; raises `UnansweredError`."""
        path = f"/applications/{application_id}"
        call = {"outcome": "reached", "need": "Помощь логопеда", "explanation_given": True}
        await self._submit(application_id)
        for command, user, end, body in (
            (Command.TAKE, COORDINATOR, "take", None),
            (Command.CALL, COORDINATOR, "calls", call),
            (Command.HAND_OVER, COORDINATOR, "hand-over", {"serving_organisation_id": str(SERVICE)}),
            (Command.ACCEPT, HEAD, "accept", None),
        ):
            if not await self._until_known(application_id, command, f"{path}/{end}", body, user):
                return

    async def _submit(self, application_id: UUID) -> None:
        body = {**self._form, **_family(application_id), "id": str(application_id)}
        first = await self._until_known(application_id, Command.SUBMIT, "/applications", body)
        if first and random.random() < _REPLAYED_SHARE:
            again = await self._until_known(application_id, Command.SUBMIT, "/applications", body)
            if again != first:
                raise AssertionError(f"the repeated submission {application_id} was answered differently")

    async def _until_known(
        self, application_id: UUID, command: Command, path: str, body: Any, user: str | None = None
    ) -> Any:
        """The answer's body, None when refused; asks again with the same key while the outcome is unknown."""
        key = f"{application_id}:{command}"
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            with self.history.attempt(application_id, command) as attempt:
                response = await self._answer(lambda: self._send(path, body, key, user))
                attempt.outcome, attempt.said = _judged(response)
            if attempt.outcome is Outcome.OK and not isinstance(response, str):
                return response.json()
            if attempt.outcome is Outcome.FAIL:
                return None
            await asyncio.sleep(random.uniform(0.1, 0.5))
        raise UnansweredError(f"{command} {application_id}: {attempt.said}")

    async def _send(self, path: str, body: Any, key: str, user: str | None) -> httpx.Response:
        headers = {"Idempotency-Key": key, "X-Forwarded-For": f"10.{random.randrange(256)}.{random.randrange(256)}.7"}
        if user:
            headers["Authorization"] = f"Bearer {await self._token(user)}"
        return await self._http.post(path, json=body, headers=headers)

    async def _answer(self, send: Callable[[], Awaitable[httpx.Response]]) -> httpx.Response | str:
        try:
            response = await send()
        except (httpx.HTTPError, OSError) as error:
            return type(error).__name__
        self.last_answer = time.monotonic()
        return response

    async def _token(self, user: str) -> str:
        token, until = self._tokens[user]
        if time.monotonic() > until:
            self._tokens[user] = (token, time.monotonic() + 60)  # one of us renews, the others go on
            await self._log_in(user)
        return self._tokens[user][0]

    async def _log_in(self, user: str) -> None:
        issuer, back = self._system.identity.issuer, self._system.redirect_uri
        tokens = await asyncio.to_thread(login.authorization_code_login, issuer, CLIENT_ID, back, user, DEMO_PASSWORD)
        self._tokens[user] = (tokens["access_token"], time.monotonic() + _RENEW_SECONDS)

    async def _read_form(self) -> None:
        shown = (await self._http.get(f"/regions/{REGION}/application-form")).raise_for_status().json()
        now = DemoClock(self._system).now()
        texts = [
            {"purpose": c["purpose"], "text_version": c["version"], "text_hash": c["text_hash"], "form": "tick"}
            for c in shown["consents"]
        ]
        self._form = {
            "region": REGION,
            "birth_date": (now.date() - timedelta(days=200)).isoformat(),
            "registered_in_region": True,
            "entry_point": "site",
            "consents": [{**text, "given_at": now.isoformat()} for text in texts],
        }


def _family(application_id: UUID) -> dict[str, str]:
    """Invented people of its own for every application: the same ones would be everybody's duplicates."""
    dice = random.Random(application_id.int)
    name = "".join(dice.choices("абвгдежзиклмнопрстуфхэюя", k=9)).capitalize()
    return {
        "representative_name": f"{name} Анна Сергеевна",
        "child_name": f"{name} Мирон",
        "phone": f"8 905 {dice.randrange(10**7):07d}",
        "email": f"family-{application_id.hex}@example.org",
    }


def _judged(response: httpx.Response | str) -> tuple[Outcome, str]:
    if isinstance(response, str):
        return Outcome.INFO, response
    if response.is_success:
        return Outcome.OK, str(response.status_code)
    if response.status_code >= 500:
        return Outcome.INFO, str(response.status_code) + ("" if "Retry-After" in response.headers else FAULTY)
    if response.status_code in {408, 425, 429}:
        return Outcome.INFO, str(response.status_code)
    return Outcome.FAIL, f"{response.status_code} {response.text[:300]}"
