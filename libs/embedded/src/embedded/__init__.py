"""Starts PostgreSQL, NATS, Canaille, Caddy and a mail sink for make run, tests, faults and bench. Never a run-time dependency."""

from embedded.ports import LOOPBACK, PortBusy, free_port
from embedded.postgres import Postgres
from embedded.process import Process, StartFailed

__all__ = ["LOOPBACK", "PortBusy", "Postgres", "Process", "StartFailed", "free_port"]
