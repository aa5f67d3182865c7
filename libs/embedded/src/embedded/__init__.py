"""Starts PostgreSQL, NATS, Canaille, Caddy and a mail sink for make run, tests, faults and bench.

Never a run-time dependency of a service.
"""

from embedded.caddy import Caddy, Site, caddyfile
from embedded.canaille import Canaille, DemoUser, Letter, OidcClient, SystemClient
from embedded.mail import Mail, MailSink
from embedded.nats import Nats, ServiceUser
from embedded.ports import LOOPBACK, PortBusyError, free_port
from embedded.postgres import Postgres
from embedded.process import Process, StartFailedError

__all__ = [
    "LOOPBACK",
    "Caddy",
    "Canaille",
    "DemoUser",
    "Letter",
    "Mail",
    "MailSink",
    "Nats",
    "OidcClient",
    "PortBusyError",
    "Postgres",
    "Process",
    "ServiceUser",
    "Site",
    "StartFailedError",
    "SystemClient",
    "caddyfile",
    "free_port",
]
