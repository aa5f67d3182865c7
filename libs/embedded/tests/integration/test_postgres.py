import signal
import stat
from collections.abc import Callable
from pathlib import Path

import asyncpg
import pytest
from embedded import PortBusyError, Postgres, Process

ROLES = ["owner", "api", "worker"]


async def ask(dsn: str, query: str) -> object:
    connection = await asyncpg.connect(dsn)  # type: ignore[no-untyped-call]
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


@pytest.mark.parametrize("role", ROLES)
async def test_a_role_reaches_its_own_database(postgres: Postgres, role: str) -> None:
    assert await ask(postgres.dsn("cases", f"cases_{role}"), "SELECT current_user") == f"cases_{role}"


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("database", ["cases", "postgres", "template1"])
async def test_a_role_cannot_read_another_database(postgres: Postgres, role: str, database: str) -> None:
    refused = asyncpg.InsufficientPrivilegeError, asyncpg.InvalidAuthorizationSpecificationError
    with pytest.raises(refused):
        await ask(postgres.dsn(database, f"intake_{role}"), "SELECT 1")


async def test_no_service_role_passes_row_security_or_creates_tables(postgres: Postgres) -> None:
    privileged = "SELECT count(*) FROM pg_roles WHERE rolname ~ '^(intake|cases)_' AND (rolbypassrls OR rolsuper)"
    assert await ask(postgres.dsn("postgres"), privileged) == 0
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await ask(postgres.dsn("cases", "cases_api"), "CREATE TABLE t (id int)")


async def test_a_wrong_password_is_refused_and_passwords_are_scram(postgres: Postgres) -> None:
    right = postgres.dsn("cases", "cases_api")
    wrong = right.replace(right.split(":")[2].split("@")[0], "wrong")
    with pytest.raises(asyncpg.InvalidPasswordError):
        await ask(wrong, "SELECT 1")
    stored = "SELECT bool_and(rolpassword LIKE 'SCRAM-SHA-256$%') FROM pg_authid WHERE rolpassword IS NOT NULL"
    assert await ask(postgres.dsn("postgres"), stored) is True


async def test_a_clone_keeps_rows_owner_and_closed_door(postgres: Postgres) -> None:
    await ask(postgres.dsn("cases", "cases_owner"), "CREATE TABLE IF NOT EXISTS kept AS SELECT 7 AS n")
    postgres.create_database_from_template("cases", "cases_clone")
    try:
        assert await ask(postgres.dsn("cases_clone", "cases_owner"), "SELECT n FROM kept") == 7
        assert await ask(postgres.dsn("cases_clone", "cases_worker"), "SELECT 1") == 1
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await ask(postgres.dsn("cases_clone", "intake_owner"), "SELECT 1")
    finally:
        postgres.drop_database("cases_clone")


async def test_data_and_passwords_survive_a_restart_and_kill_9(folder: Path) -> None:
    first = Postgres(folder)
    first.start()
    first.create_service_databases(["cases"])
    await ask(first.dsn("cases", "cases_owner"), "CREATE TABLE kept AS SELECT 7 AS n")
    first.process.supervise()
    dead = first.process.pid
    first.process.kill()
    first.process.wait_ready()
    assert first.process.pid != dead
    first.stop()
    second = Postgres(folder, port=first.port)
    second.start()
    try:
        second.create_service_databases(["cases"])
        assert second.dsn("cases", "cases_owner") == first.dsn("cases", "cases_owner")
        assert await ask(second.dsn("cases", "cases_owner"), "SELECT n FROM kept") == 7
    finally:
        second.stop()


async def test_settings_are_the_safe_ones(folder: Path) -> None:
    server = Postgres(folder)
    server.start()
    try:
        for setting in ("fsync", "full_page_writes", "synchronous_commit", "data_checksums"):
            assert await ask(server.dsn("postgres"), f"SHOW {setting}") == "on", setting
        assert await ask(server.dsn("postgres"), "SHOW listen_addresses") == "127.0.0.1"
        assert server.process.stop_signal == signal.SIGINT
        assert stat.S_IMODE((folder / "passwords.json").stat().st_mode) == 0o600
        assert not (folder / "initial-password").exists()
    finally:
        server.stop()


def test_it_listens_on_the_loopback_address_only(
    postgres: Postgres, listening_addresses: Callable[[Process], set[str]]
) -> None:
    assert listening_addresses(postgres.process) == {"127.0.0.1"}


def test_a_busy_port_gets_a_clear_message(postgres: Postgres, folder: Path) -> None:
    with pytest.raises(PortBusyError, match=f"порт {postgres.port} занят"):
        Postgres(folder, port=postgres.port).start()
