"""What each service process gets from the environment, and how it is started."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

from embedded import LOOPBACK, Process, free_port
from embedded.ports import accepts_connections, http_status

if TYPE_CHECKING:
    from local_deploy.system import System

FROM_ADDRESS = "marshrut@marshrut.example"


def service_environment(system: System, name: str) -> dict[str, str]:
    """The settings of one service (``MARSHRUT_*``), with nothing of another service in them."""
    postgres, nats, ports = system.postgres, system.nats, system.ports
    return {
        "MARSHRUT_DATABASE_OWNER_URL": postgres.url(name, f"{name}_owner"),
        "MARSHRUT_DATABASE_API_URL": postgres.url(name, f"{name}_api"),
        "MARSHRUT_DATABASE_WORKER_URL": postgres.url(name, f"{name}_worker"),
        "MARSHRUT_NATS_URL": nats.url(name),
        "MARSHRUT_NATS_MONITOR_URL": nats.monitoring_url,
        "MARSHRUT_OIDC_ISSUER": system.identity.issuer,
        "MARSHRUT_OIDC_JWKS_URL": system.identity.jwks_url,
        "MARSHRUT_OIDC_AUDIENCE": system.identity.audience,
        "MARSHRUT_KEYRING_SECRET": system.keyring_secret(),
        "MARSHRUT_REGIONS_DIR": str(system.regions_dir.resolve()),
        "MARSHRUT_CLOCK_FILE": str(system.clock_file.resolve()),
        "MARSHRUT_HOST": LOOPBACK,
        "MARSHRUT_PORT": str(ports.of(name)),
        "MARSHRUT_PUBLIC_URL": f"{system.url}/{name}",
        "MARSHRUT_SMTP_HOST": LOOPBACK,
        "MARSHRUT_SMTP_PORT": str(ports.smtp),
        "MARSHRUT_SMTP_FROM": FROM_ADDRESS,
        "MARSHRUT_SMS_GATEWAYS": json.dumps(
            {region: {"url": system.mail.sms_url, "secret": system.mail.sms_secret} for region in system.regions}
        ),
        "MARSHRUT_SMS_SECRETS": json.dumps(dict.fromkeys(system.regions, system.mail.sms_secret)),
        **({"MARSHRUT_OTLP_ENDPOINT": system.otlp_endpoint} if system.otlp_endpoint else {}),
    }


def service_process(system: System, name: str, door: str, environment: Mapping[str, str]) -> Process:
    """One process of a service: ``all``, ``api`` or ``worker``."""
    label = name if door == "all" else f"{name} {door}"
    # API and worker of one service listen apart: each has its own health page
    port = system.ports.of(name) if door != "worker" else free_port()
    log_file = system.data_dir / "logs" / f"{label.replace(' ', '-')}.log"
    return Process(
        label,
        [sys.executable, "-m", f"{name}.main", door],
        log_file,
        ready=lambda: _ready(port),
        env={**environment, "MARSHRUT_PORT": str(port)},
        start_seconds=90,
        stop_seconds=20,
    )


def _ready(port: int) -> bool:
    return accepts_connections(port) and http_status(port, "/readyz") == 200
