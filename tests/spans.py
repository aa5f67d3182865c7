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

    def spans(self, since: int = 0) -> Iterator[Seen]:
        """What has come in, from the ``since``-th request body on."""
        for body in self.raw[since:]:
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                names = {pair.key: pair.value.string_value for pair in resource.resource.attributes}
                for scope in resource.scope_spans:
                    for span in scope.spans:
                        yield Seen(names["service.name"], span.name, span.kind, span.trace_id.hex())


@contextmanager
def collecting() -> Iterator[Collector]:
    """A collector on a free port of the loopback address."""
    found = Collector()

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            found.raw.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Type", "application/x-protobuf")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Door) as server:
        server.daemon_threads = True
        found.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield found
        server.shutdown()
        thread.join()
