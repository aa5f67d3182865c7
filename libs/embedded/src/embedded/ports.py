"""TCP ports on the loopback address."""

import http.client
import random
import socket

LOOPBACK = "127.0.0.1"

# Below Linux's ephemeral range (32768+): while a server is down between kill -9 and its restart,
# no outgoing connection of another process can be given its port.
_CANDIDATES = range(18000, 32000)
_handed_out: set[int] = set()


class PortBusyError(RuntimeError):
    """Another process listens on the port that a server was told to use."""

    def __init__(self, name: str, port: int) -> None:
        super().__init__(
            f"{name}: порт {port} занят другой программой, освободите его или укажите другой "
            f"(port {port} on {LOOPBACK} is in use by another program)"
        )
        self.port = port


def is_free(port: int) -> bool:
    """Whether a server could bind the port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def free_port() -> int:
    """A port nobody listens on; one process never gets the same one twice."""
    for port in random.sample(_CANDIDATES, len(_CANDIDATES)):
        if port not in _handed_out and is_free(port):
            _handed_out.add(port)
            return port
    raise RuntimeError("no free port left on the loopback address")


def accepts_connections(port: int) -> bool:
    """Whether something listens on the port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((LOOPBACK, port)) == 0


def http_status(port: int, path: str) -> int | None:
    """Status a server on the port answers with, ``None`` while it does not answer."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
