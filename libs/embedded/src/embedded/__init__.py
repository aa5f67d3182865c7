"""Starts PostgreSQL, NATS, Canaille, Caddy and a mail sink for make run, tests, faults and bench. Never a run-time dependency."""
