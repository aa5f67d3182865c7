"""A collector small enough to read: takes traces over OTLP/HTTP and keeps them for the tests of a run."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

CONSUMER = Span.SpanKind.SPAN_KIND_CONSUMER
SERVER = Span.SpanKind.SPAN_KIND_SERVER


@dataclass(frozen=True, slots=True)
class Seen:
    """A span and the service it was measured in."""

    service: str
    name: str
    kind: int
    trace_id: str


@dataclass
class Collector:
    """``raw`` holds every request body as it came."""

    url: str = ""
    raw: list[bytes] = field(default_factory=list)

    def trace(self, trace_id: str) -> list[Seen]:
        """What has come in of one trace.

        Only bodies that hold its id are parsed: reading all of them at every look kept the door from being answered,
        and services throw away what they cannot deliver within ten seconds.
        """
        wanted = [body for body in self.raw if bytes.fromhex(trace_id) in body]
        return [span for body in wanted for span in _spans(body) if span.trace_id == trace_id]


def _spans(body: bytes) -> Iterator[Seen]:
    for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
        names = {pair.key: pair.value.string_value for pair in resource.resource.attributes}
        for scope in resource.scope_spans:
            for span in scope.spans:
                yield Seen(names["service.name"], span.name, span.kind, span.trace_id.hex())


class _Server(ThreadingHTTPServer):
    request_queue_size = 128  # ten processes deliver twice a second each
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A process that was killed in the middle of a delivery is no news."""


@contextmanager
def collecting() -> Iterator[Collector]:
    """A collector on a free port of the loopback address."""
    found = Collector()

    class Door(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"  # connections stay

        def do_POST(self) -> None:
            found.raw.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Type", "application/x-protobuf")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with _Server(("127.0.0.1", 0), Door) as server:
        found.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield found
        server.shutdown()
        thread.join()
