"""What the gateway itself answers: every family and every device comes through here."""

from __future__ import annotations

import http.client
from collections.abc import Iterator

import httpx
import pytest
from embedded import LOOPBACK
from local_deploy.system import SERVICES, System

PROBLEM = "application/problem+json"


@pytest.fixture(scope="module")
def gateway(system: System) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=system.url, timeout=30) as client:
        yield client


@pytest.mark.parametrize(
    "path",
    [
        "/nowhere",
        "/login",
        "/assets/",
        "/assets/none.js",
        "/index.html",
        "/intakes/applications",
        "/intake",
        "/favicon.ico",
    ],
)
def test_an_unknown_path_is_a_problem_document(gateway: httpx.Client, path: str) -> None:
    answer = gateway.get(path)
    assert (answer.status_code, answer.headers["content-type"], answer.json()["status"]) == (404, PROBLEM, 404)


@pytest.mark.parametrize("service", SERVICES)
def test_a_path_no_service_has_is_a_problem_document_too(gateway: httpx.Client, service: str) -> None:
    answer = gateway.get(f"/{service}/no-such-door")
    assert (answer.status_code, answer.headers["content-type"]) == (404, PROBLEM)


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("page", ["metrics", "livez", "readyz", "metrics/", "%6Detrics", "./metrics", "x/../metrics"])
def test_operations_pages_are_hidden(system: System, service: str, page: str) -> None:
    # http.client sends the path as it stands; httpx would tidy it up
    connection = http.client.HTTPConnection(LOOPBACK, system.ports.gateway, timeout=10)
    connection.request("GET", f"/{service}/{page}")
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    assert answer.status == 404
    assert b"http_request_seconds" not in body


def test_operations_pages_answer_on_the_services_own_ports(system: System) -> None:
    for service in SERVICES:
        for page in ("livez", "readyz", "metrics"):
            assert httpx.get(f"http://{LOOPBACK}:{system.ports.of(service)}/{page}").status_code == 200


def test_a_thirty_megabyte_body_is_too_large_at_the_door(gateway: httpx.Client) -> None:
    answer = gateway.post("/intake/applications", content=b"{" + b" " * 33_000_000)
    assert (answer.status_code, answer.headers["content-type"]) == (413, PROBLEM)


def test_a_body_the_gateway_lets_through_meets_the_services_own_limit(gateway: httpx.Client) -> None:
    answer = gateway.post("/intake/applications", content=b"{" + b" " * 3_000_000)
    assert (answer.status_code, answer.json()["slug"]) == (413, "too_large")


@pytest.mark.parametrize("path", ["/nowhere", "/healthz", "/intake/status", "/intake/territories"])
def test_every_answer_carries_the_security_headers(gateway: httpx.Client, path: str) -> None:
    headers = gateway.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-frame-options"] == "DENY"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert "geolocation=()" in headers["permissions-policy"]
    assert headers["x-request-id"]
    assert "server" not in headers
    assert "via" not in headers


def test_a_made_up_request_id_does_not_get_in(gateway: httpx.Client) -> None:
    answer = gateway.get("/intake/territories", headers={"X-Request-Id": "Иванов".encode().hex()})
    assert answer.headers["x-request-id"] != "Иванов".encode().hex()
