"""Runs schemathesis over a living service, as somebody of a role, and gives back what it found."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import sys
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from chassis.run import Service
from chassis.testing.running import Running
from contracts.access import POLICY, Role

from tests.deep.known import INSIDE, Names

HERE = Path(__file__).parent
SEED = int(os.environ.get("MARSHRUT_DEEP_SEED", "20260302"))
EXAMPLES = int(os.environ.get("MARSHRUT_DEEP_EXAMPLES", "3"))
"""Cases drawn per operation, role and phase; beside them every operation gets its boundary values."""
CHECKS = (
    "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance",
    "negative_data_rejection", "unsupported_method", "allow_header_conformance", "ignored_auth",
    "refusals_are_problems", "what_the_schema_allows_is_not_malformed",
)  # fmt: skip
REFUSED_RIGHTLY = [400, 401, 403, 404, 405, 409, 410, 413, 415, 422]
LIKELY = 0.8
"""How often a known value is taken where one fits."""


@dataclass(frozen=True)
class Report:
    """What schemathesis said and whether it was content."""

    clean: bool
    text: str


@contextlib.asynccontextmanager
async def listening(app: Running) -> AsyncIterator[str]:
    """The service on a port, in the loop its connections belong to; the base URL."""
    config = uvicorn.Config(app.app, port=0, log_level="error", lifespan="off", forwarded_allow_ips="*")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving


def operations(service: Service, role: Role) -> list[str]:
    """Ids of the operations the policy lets a role try. What is open to everybody is asked as nobody."""
    mine, open_to_all = _granted(role), _granted(Role.PUBLIC)
    wanted = mine if role is Role.PUBLIC else mine - open_to_all
    paths = service.app().openapi()["paths"].values()
    return [o["operationId"] for path in paths for o in path.values() if o["x-permission"] in wanted]


def _granted(role: Role) -> set[str]:
    return {f"{line.resource}:{action}" for line in POLICY if line.role is role for action in line.actions}


async def examined(url: str, asked: Iterable[str], values: Names, place: Path, **options: str | None) -> Report:
    """One run. ``options``: ``token`` of who asks, ``status_token`` of a record."""
    config = place / "schemathesis.toml"
    config.write_text(_config(values, options), "utf-8")
    chosen = [word for operation in asked for word in ("--include-operation-id", operation)]
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(config), "run", f"{url}/openapi.json"]
    modules = os.pathsep.join(filter(None, (str(HERE), os.environ.get("PYTHONPATH"))))
    environment = {**os.environ, "SCHEMATHESIS_HOOKS": "hooks", "PYTHONPATH": modules, "NO_COLOR": "1"}
    process = await asyncio.create_subprocess_exec(
        *command, *chosen, cwd=place, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    output, _ = await process.communicate()
    return Report(process.returncode == 0, output.decode())


def _config(values: Names, options: dict[str, str | None]) -> str:
    lines = [
        f"seed = {SEED}",
        "continue-on-failure = true",
        'suppress-health-check = ["all"]',
        "request-timeout = 60",
        "warnings = false",
        "[generation]",
        f"max-examples = {EXAMPLES}",
        "no-shrink = true",
        'database = "none"',
        "allow-x00 = true",
        "[phases.stateful]",
        "max-steps = 8",
        "[checks]",
        *(f"{check}.enabled = true" for check in CHECKS),
        *(f"{check}.enabled = false" for check in ("positive_data_acceptance", "missing_required_header")),
        f"negative_data_rejection.expected-statuses = {REFUSED_RIGHTLY}",
        *_sign_in(options),
        *_dictionaries(values),
        # no status token and one that fits nothing must not be told apart: both are «not found», never 401
        "[[operations]]",
        'include-path-regex = "/status(/|$)"',
        "checks.ignored_auth.enabled = false",
    ]
    return "\n".join(lines) + "\n"


def _sign_in(options: dict[str, str | None]) -> Iterable[str]:
    schemes = {"signIn": ("bearer", options.get("token")), "statusToken": ("api_key", options.get("status_token"))}
    for scheme, (kind, secret) in schemes.items():
        if secret:
            yield from (f"[auth.openapi.{scheme}]", f"{kind} = {json.dumps(secret)}")


def _dictionaries(values: Names) -> Iterable[str]:
    yield "[dictionaries]"
    for name, entries in values.items():
        yield f"{name}.values = {json.dumps(entries, ensure_ascii=False)}"
    yield "[parameters]"
    for name in values:
        for location in ("path", "query", "body"):
            yield f'"{location}.{name}" = {{ dictionary = "{name}", probability = {LIKELY} }}'
    for place, name in INSIDE.items():
        yield f'"body.{place}" = {{ dictionary = "{name}", probability = {LIKELY} }}'


def failures(text: str) -> str:
    """The part of the output that tells what was wrong."""
    found = re.search(r"=+ (FAILURES|ERRORS) =+.*", text, re.DOTALL)
    return found.group() if found else text
