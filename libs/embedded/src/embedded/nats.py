"""NATS with JetStream from the wheel's binary, one user per service with exactly its rights."""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from embedded.binaries import installed_program
from embedded.ports import LOOPBACK, PortBusyError, accepts_connections, free_port, http_status, is_free
from embedded.process import Process
from embedded.secrets_file import SecretsFile

_BOOTSTRAP = "bootstrap"
_GIB = 1 << 30


@dataclass(frozen=True, slots=True)
class ServiceUser:
    """What one service does on the bus; everything else is refused.

    ``stream`` is the one its own events go to, ``consumers`` are the (stream, durable) pairs it reads.
    Buckets are key-value buckets by name. ``blobs`` opens the object store ``blobs_<name>``.
    """

    name: str
    stream: str | None = None
    consumers: Sequence[tuple[str, str]] = ()
    reads_buckets: Sequence[str] = ()
    writes_buckets: Sequence[str] = ()
    blobs: bool = True

    @property
    def inbox_prefix(self) -> str:
        """Prefix the client must use for its replies, so that no other service can read them."""
        return f"_INBOX_{self.name}"

    def publishes(self) -> list[str]:
        subjects = [f"evt.{self.name}.>", "$JS.API.INFO"]
        streams = {stream for stream, _ in self.consumers} | ({self.stream} if self.stream else set())
        subjects += [f"$JS.API.STREAM.INFO.{stream}" for stream in sorted(streams)]
        for stream, durable in self.consumers:
            subjects += _consumer_subjects(stream, durable)
        for bucket in dict.fromkeys([*self.reads_buckets, *self.writes_buckets]):
            subjects += _read_subjects(f"KV_{bucket}")
        for bucket in self.writes_buckets:
            # MSG.DELETE overwrites the bytes on disk, which erasing a person's key needs; a purge leaves them.
            subjects += [f"$KV.{bucket}.>", f"$JS.API.STREAM.MSG.DELETE.KV_{bucket}"]
        return subjects + (_object_store_subjects(f"blobs_{self.name}") if self.blobs else [])

    def subscribes(self) -> list[str]:
        return [f"{self.inbox_prefix}.>"]


def _consumer_subjects(stream: str, durable: str) -> list[str]:
    return [
        f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{durable}",
        f"$JS.API.CONSUMER.INFO.{stream}.{durable}",
        f"$JS.ACK.{stream}.{durable}.>",
    ]


def _read_subjects(stream: str) -> list[str]:
    return [
        f"$JS.API.STREAM.INFO.{stream}",
        f"$JS.API.DIRECT.GET.{stream}",
        f"$JS.API.DIRECT.GET.{stream}.>",
    ]


def _object_store_subjects(bucket: str) -> list[str]:
    stream = f"OBJ_{bucket}"
    return [
        *_read_subjects(stream),
        f"$O.{bucket}.>",
        f"$JS.API.STREAM.MSG.GET.{stream}",
        f"$JS.API.STREAM.PURGE.{stream}",  # of one object's chunks, when it is replaced or deleted
        f"$JS.API.CONSUMER.CREATE.{stream}",  # reading goes through a short-lived ordered consumer
        f"$JS.API.CONSUMER.CREATE.{stream}.>",
        f"$JS.API.CONSUMER.DELETE.{stream}.>",
        f"$JS.FC.{stream}.>",
        "$JS.API.STREAM.NAMES",  # nats-py looks the bucket's stream up by subject; shows names only
    ]


class Nats:
    """One JetStream server on the loopback address.

    ``store_dir`` holds streams, configuration, passwords (0600) and log. ``sync_always=False`` (the server's own,
    unsafe default) is for the test that a service refuses it. The user ``bootstrap`` alone may create or change
    streams, consumers and buckets.
    """

    def __init__(
        self,
        store_dir: Path,
        port: int | None = None,
        *,
        users: Sequence[ServiceUser] = (),
        monitor_port: int | None = None,
        sync_always: bool = True,
        max_file_store: int = 16 * _GIB,
        max_memory_store: int = _GIB // 4,
    ) -> None:
        self.store_dir = store_dir
        self.port = port or free_port()
        self.monitor_port = monitor_port or free_port()
        self.users = tuple(users)
        self._sync_always = sync_always
        self._max_file_store, self._max_memory_store = max_file_store, max_memory_store
        self._passwords = SecretsFile(store_dir / "passwords.json")
        self._config = store_dir / "nats.conf"
        self.process = Process(
            "NATS",
            [installed_program("nats-server"), "-c", self._config],
            store_dir / "nats.log",
            ready=self._healthy,
        )

    @property
    def monitoring_url(self) -> str:
        """HTTP address of ``/varz`` and its kin; ``varz.jetstream.config`` shows the sync setting."""
        return f"http://{LOOPBACK}:{self.monitor_port}"

    @property
    def bootstrap_url(self) -> str:
        return self.url(_BOOTSTRAP)

    def url(self, user: str) -> str:
        """Address with the user's name and password. Clients must set the user's inbox prefix."""
        return f"nats://{user}:{self._passwords[user]}@{LOOPBACK}:{self.port}"

    def start(self) -> None:
        """Write the configuration, start, wait until JetStream is healthy."""
        self.launch()
        self.process.wait_ready()

    def launch(self) -> None:
        """``start`` without the wait, so that several servers warm up side by side."""
        for port in (self.port, self.monitor_port):
            if not is_free(port):
                raise PortBusyError("NATS", port)
        self._write_config()
        self.process.launch()

    def stop(self) -> None:
        self.process.stop()

    def _healthy(self) -> bool:
        return accepts_connections(self.port) and http_status(self.monitor_port, "/healthz") == 200

    def _write_config(self) -> None:
        self.store_dir.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(self._config, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(self._render_config())

    def _render_config(self) -> str:
        sync = "sync_interval: always" if self._sync_always else "# sync_interval: the server's default"
        return f"""\
server_name: marshrut
listen: "{LOOPBACK}:{self.port}"
http: "{LOOPBACK}:{self.monitor_port}"
jetstream {{
  store_dir: {json.dumps(str(self.store_dir.resolve()))}
  max_file_store: {self._max_file_store}
  max_memory_store: {self._max_memory_store}
  {sync}
}}
authorization {{
  users: [
{self._render_users()}
  ]
}}
"""

    def _render_users(self) -> str:
        lines = [self._user_line(_BOOTSTRAP, ["$JS.API.>"], [f"_INBOX_{_BOOTSTRAP}.>"])]
        lines += [self._user_line(user.name, user.publishes(), user.subscribes()) for user in self.users]
        return "\n".join(lines)

    def _user_line(self, name: str, publish: Sequence[str], subscribe: Sequence[str]) -> str:
        # A user and its permissions on one line: the parser trips over other layouts.
        permissions = f"{{publish: {json.dumps(publish)}, subscribe: {json.dumps(subscribe)}}}"
        login = f"user: {json.dumps(name)}, password: {json.dumps(self._passwords[name])}"
        return f"    {{{login}, permissions: {permissions}}}"
