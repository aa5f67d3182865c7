"""Caddy as the gateway: one address for all services."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from embedded.binaries import installed_program
from embedded.ports import LOOPBACK, PortBusyError, accepts_connections, http_status, is_free
from embedded.process import Process

HEALTH_PATH = "/healthz"
_MEGABYTE = 1_000_000

_GATEWAY = """\
{{
	admin off
	auto_https off
	persist_config off
	log {{
		level WARN
	}}
}}

(answer_headers) {{
	header {{
		X-Request-Id {{http.request.uuid}}
		X-Content-Type-Options nosniff
		X-Frame-Options DENY
		?Content-Security-Policy "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
		# Status links carry a token in the path.
		Referrer-Policy no-referrer
		Permissions-Policy "camera=(), geolocation=(), microphone=()"
		Cross-Origin-Opener-Policy same-origin
		-Server
		-Via
		defer
	}}
}}

{site_headers}http://:{port} {{
	bind {address}
	import answer_headers
	# Ours always wins over one the caller made up; services log it.
	request_header X-Request-Id {{http.request.uuid}}
	request_body {{
		max_size {max_body_bytes}
	}}

	route {{
		handle {health_path} {{
			respond ok
		}}
		# Probes and metrics are for operations, on the services' own ports.
		@operations path_regexp ^/[a-z-]+/(metrics|livez|readyz)/?$
		handle @operations {{
			error 404
		}}
{site}{routes}
		error 404
	}}

	# The service itself is away: what it would say of an outage (chassis.errors.unavailable).
	handle_errors 502 503 504 {{
		import answer_headers
		header Content-Type application/problem+json
		header Retry-After 5
		respond <<JSON
			{outage}
			JSON 503
	}}

	handle_errors {{
		import answer_headers
		header Content-Type application/problem+json
		respond <<JSON
			{{"type":"about:blank","status":{{err.status_code}},"title":"{{err.status_text}}"}}
			JSON {{err.status_code}}
	}}
}}
"""

_ROUTE = """\
		handle_path /{name}/* {{
			reverse_proxy {address}:{port} {{
				header_up X-Forwarded-Prefix /{name}
				# a service that is just being started again is waited for; nothing has been sent to it yet
				lb_try_duration {patience}s
				lb_try_interval 250ms
			}}
		}}"""

_SITE = """\
		@pages path / {callback}
		@files path /assets/*
		handle @pages {{
			import site
			rewrite * /index.html
			file_server
		}}
		handle @files {{
			import site
			file_server
		}}
		handle /settings.json {{
			import site
			header Content-Type application/json
			respond `{settings}`
		}}
"""

_SITE_HEADERS = """\
(site) {{
	root * "{folder}"
	header Content-Security-Policy "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
connect-src 'self' {issuer}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
require-trusted-types-for 'script'"
	header Cache-Control no-cache
	encode zstd gzip
}}

"""

_OUTAGE = {
    "type": "urn:marshrut:error:unavailable",
    "title": "Временно недоступно",
    "status": 503,
    "detail": "Сервис временно недоступен. Повторите позже.",
    "detail_ru": "Сервис временно недоступен. Повторите позже.",
    "detail_en": "The service is temporarily unavailable. Try again later.",
    "slug": "unavailable",
    "errors": [],
}


@dataclass(frozen=True, slots=True)
class Site:
    """The gateway's own page: ``index.html`` of ``folder`` at ``/`` and where a login comes back, beside it ``assets``.

    ``settings`` are what the page reads from ``/settings.json``. Its script may talk to the gateway and to ``issuer``.
    """

    folder: Path
    issuer: str
    callback: str
    settings: Mapping[str, str]

    def headers(self) -> str:
        return _SITE_HEADERS.format(folder=self.folder, issuer=self.issuer)

    def routes(self) -> str:
        return _SITE.format(callback=self.callback, settings=json.dumps(self.settings, ensure_ascii=False))


def caddyfile(
    routes: Mapping[str, int],
    port: int,
    *,
    site: Site | None = None,
    max_body_bytes: int = 32 * _MEGABYTE,
    patience_seconds: int = 10,
) -> str:
    """Gateway configuration: ``/<name>/…`` goes to the service's port as ``/…``.

    Adds a request id and security headers, refuses larger bodies with 413, answers ``/healthz`` itself. A service that
    does not listen is waited for, then the answer is 503 with ``Retry-After``.
    """
    blocks = [
        _ROUTE.format(name=name, port=upstream, address=LOOPBACK, patience=patience_seconds)
        for name, upstream in routes.items()
    ]
    return _GATEWAY.format(
        port=port,
        address=LOOPBACK,
        max_body_bytes=max_body_bytes,
        health_path=HEALTH_PATH,
        outage=json.dumps(_OUTAGE, ensure_ascii=False),
        routes="\n".join(blocks),
        site=site.routes() if site else "",
        site_headers=site.headers() if site else "",
    )


class Caddy:
    """One gateway from a Caddyfile that listens on ``port`` and answers ``/healthz``.

    ``env`` fills the file's ``{$NAME}`` places. Caddy's own state goes to ``data_dir``, its admin API stays shut.
    """

    def __init__(self, config_path: Path, port: int, *, data_dir: Path, env: Mapping[str, str] | None = None) -> None:
        self.config_path, self.port, self.data_dir = config_path, port, data_dir
        homes = {"XDG_DATA_HOME": str(data_dir), "XDG_CONFIG_HOME": str(data_dir), "HOME": str(data_dir)}
        self.process = Process(
            "Caddy",
            [installed_program("caddy"), "run", "--config", config_path, "--adapter", "caddyfile"],
            data_dir / "caddy.log",
            env={**homes, **(env or {})},
            ready=lambda: accepts_connections(self.port) and http_status(self.port, HEALTH_PATH) == 200,
        )

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    def start(self) -> None:
        """Start and wait until the gateway answers its health path. The services may come later."""
        self.launch()
        self.process.wait_ready()

    def launch(self) -> None:
        """``start`` without the wait, so that several servers warm up side by side."""
        if not is_free(self.port):
            raise PortBusyError("Caddy", self.port)
        self.process.launch()

    def stop(self) -> None:
        self.process.stop()
