import json
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread, Timer

import httpx
import pytest
from embedded import Caddy, Process, caddyfile, free_port


class Echo(BaseHTTPRequestHandler):
    """A service that answers with what reached it."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if len(body) == int(self.headers["Content-Length"]):
            self._answer({"path": self.path, "bytes": len(body)})

    def do_GET(self) -> None:
        self._answer({"path": self.path, "headers": {name.lower(): value for name, value in self.headers.items()}})

    def _answer(self, content: object) -> None:
        payload = json.dumps(content).encode()
        self.send_response(200)
        if self.path == "/framed":
            self.send_header("X-Frame-Options", "SAMEORIGIN")
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def service() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield server.server_port
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def caddy(service: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caddy]:
    port, tmp_path = free_port(), tmp_path_factory.mktemp("caddy")
    config = tmp_path / "Caddyfile"
    config.write_text(
        caddyfile({"intake": service, "cases": free_port()}, port, max_body_bytes=1000, patience_seconds=1)
    )
    caddy = Caddy(config, port, data_dir=tmp_path)
    caddy.start()
    yield caddy
    caddy.stop()


@pytest.fixture(scope="module")
def gateway(caddy: Caddy) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=caddy.url) as client:
        yield client


def test_the_prefix_is_stripped_and_told_to_the_service(gateway: httpx.Client) -> None:
    echo = gateway.get("/intake/applications?page=2").json()
    assert echo["path"] == "/applications?page=2"
    assert echo["headers"]["x-forwarded-prefix"] == "/intake"


def test_a_request_id_is_made_here_and_reaches_service_and_caller(gateway: httpx.Client) -> None:
    answer = gateway.get("/intake/x", headers={"X-Request-Id": "forged"})
    assert answer.headers["x-request-id"] == answer.json()["headers"]["x-request-id"] != "forged"


def test_a_service_that_is_away_is_an_outage_in_both_languages(gateway: httpx.Client) -> None:
    answer = gateway.get("/cases/x")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert answer.headers["content-type"] == "application/problem+json"
    assert {"detail_ru", "detail_en"} <= answer.json().keys()
    assert answer.json()["slug"] == "unavailable"


def test_a_service_that_is_starting_is_waited_for(caddy: Caddy, tmp_path: Path) -> None:
    """A person does not notice that a process was killed and started again."""
    late, port = free_port(), free_port()
    config = tmp_path / "Caddyfile"
    config.write_text(caddyfile({"intake": late}, port))
    patient = Caddy(config, port, data_dir=tmp_path)
    patient.start()
    servers: list[ThreadingHTTPServer] = []

    def serve() -> None:
        servers.append(ThreadingHTTPServer(("127.0.0.1", late), Echo))
        servers[0].serve_forever(0.02)

    starting = Timer(1, serve)
    starting.start()
    try:
        assert httpx.post(f"{patient.url}/intake/x", content=b"form").json() == {"path": "/x", "bytes": 4}
    finally:
        patient.stop()
        servers[0].shutdown()
        servers[0].server_close()
        starting.join()


def test_security_headers_are_on_every_answer(gateway: httpx.Client) -> None:
    for path in ("/intake/x", "/nowhere", "/cases/x"):
        headers = gateway.get(path).headers
        assert headers["x-content-type-options"] == "nosniff", path
        assert headers["referrer-policy"] == "no-referrer", path
        assert "frame-ancestors 'none'" in headers["content-security-policy"], path
        assert "server" not in headers, path


def test_no_page_may_be_framed_whatever_a_service_says(gateway: httpx.Client) -> None:
    for path in ("/intake/x", "/intake/framed"):
        assert gateway.get(path).headers.get_list("x-frame-options") == ["DENY"], path


def test_a_body_over_the_limit_is_refused(gateway: httpx.Client) -> None:
    assert gateway.post("/intake/files", content=b"x" * 1000).json()["bytes"] == 1000
    refused = gateway.post("/intake/files", content=b"x" * 1001)
    assert refused.status_code == 413
    assert refused.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("path", "status"),
    [("/nowhere", 404), ("/", 404), ("/intake/metrics", 404), ("/intake/readyz", 404), ("/cases/x", 503)],
)
def test_what_is_not_public_or_not_there_is_a_problem_document(gateway: httpx.Client, path: str, status: int) -> None:
    answer = gateway.get(path)
    assert (answer.status_code, answer.json()["status"]) == (status, status)


def test_the_gateway_answers_its_own_health_path(gateway: httpx.Client) -> None:
    assert gateway.get("/healthz").text == "ok"


def test_it_listens_on_the_loopback_address_only(
    caddy: Caddy, listening_addresses: Callable[[Process], set[str]]
) -> None:
    assert listening_addresses(caddy.process) == {"127.0.0.1"}
