"""A service does not start on storage that may forget what it has confirmed: the real command line, real servers."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from embedded import Nats, Postgres
from local_deploy.environment import service_environment
from local_deploy.system import System

SERVICE = "reporting"
Refusal = Callable[..., str]


@pytest.fixture
def refusal(system: System) -> Refusal:
    """Start the service's API with some settings changed; the reason it gives for not starting."""

    def start(**changes: str) -> str:
        environment = {**os.environ, **service_environment(system, SERVICE), "MARSHRUT_PORT": "0", **changes}
        command = [sys.executable, "-m", f"{SERVICE}.main", "api"]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=90, check=False)
        assert done.returncode == 1, done.stderr
        said = [json.loads(line) for line in done.stderr.splitlines()]
        (refused,) = [one for one in said if one["event"] == "refused to start"]
        return str(refused["reason"])

    return start


@pytest.fixture(scope="module")
def forgetful_postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    server = Postgres(tmp_path_factory.mktemp("postgres"), durable=False)
    server.start()
    server.create_service_databases([SERVICE])
    yield server
    server.stop()


@pytest.mark.timeout(300)
def test_a_bus_that_confirms_before_it_has_stored_is_refused(refusal: Refusal, system: System, tmp_path: Path) -> None:
    server = Nats(tmp_path, users=system.nats.users, sync_always=False)
    server.start()
    try:
        reason = refusal(MARSHRUT_NATS_URL=server.url(SERVICE), MARSHRUT_NATS_MONITOR_URL=server.monitoring_url)
    finally:
        server.stop()
    assert "sync_interval must be always" in reason


@pytest.mark.timeout(300)
def test_a_database_without_fsync_is_refused(refusal: Refusal, forgetful_postgres: Postgres) -> None:
    reason = refusal(MARSHRUT_DATABASE_API_URL=forgetful_postgres.url(SERVICE, f"{SERVICE}_api"))
    assert "fsync must be on" in reason
    assert "full_page_writes must be on" in reason


@pytest.mark.timeout(300)
def test_a_commit_that_does_not_wait_for_the_disk_is_refused(refusal: Refusal, forgetful_postgres: Postgres) -> None:
    forgetful_postgres.execute(f"ALTER ROLE {SERVICE}_api SET synchronous_commit = off")
    reason = refusal(MARSHRUT_DATABASE_API_URL=forgetful_postgres.url(SERVICE, f"{SERVICE}_api"))
    assert "synchronous_commit must be on" in reason
