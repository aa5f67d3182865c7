from collections.abc import Callable, Iterator
from pathlib import Path

import psutil  # type: ignore[import-untyped, unused-ignore]
import pytest
from embedded import Nats, Postgres, Process, ServiceUser


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    server = Postgres(tmp_path_factory.mktemp("postgres"), durable=False)
    server.start()
    server.create_service_databases(["intake", "cases"])
    yield server
    server.stop()


BUS_USERS = (
    ServiceUser("intake", stream="INTAKE", writes_buckets=("keys",)),
    ServiceUser("cases", stream="CASES", consumers=(("INTAKE", "cases__intake_application"),)),
    ServiceUser("scheduling", reads_buckets=("keys",), consumers=(("INTAKE", "scheduling__intake_person"),)),
)


@pytest.fixture(scope="session")
def bus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nats]:
    server = Nats(tmp_path_factory.mktemp("nats"), users=BUS_USERS)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture(scope="session")
def listening_addresses() -> Callable[[Process], set[str]]:
    def ask(process: Process) -> set[str]:
        open_sockets = psutil.Process(process.pid).net_connections("inet")
        return {socket.laddr.ip for socket in open_sockets if socket.status == psutil.CONN_LISTEN}

    return ask
