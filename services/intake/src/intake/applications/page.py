"""The family's status page: one static file; its script and style may run, nothing else may. Pure."""

from __future__ import annotations

from importlib.resources import files

from chassis.settings import ServiceSettings

from intake.pages import headers_of

HTML = files("intake.applications").joinpath("status.html").read_text("utf-8")


HEADERS = headers_of(HTML)


def status_url(settings: ServiceSettings, token: str) -> str:
    """The family's own page. The token stands in the fragment, which browsers send to nobody."""
    return f"{settings.public_url.rstrip('/')}/status#{token}"
