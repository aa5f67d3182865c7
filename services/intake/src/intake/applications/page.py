"""The family's status page: one static file; its script and style may run, nothing else may."""

from __future__ import annotations

from importlib.resources import files

from intake.pages import headers_of

HTML = files("intake.applications").joinpath("status.html").read_text("utf-8")


HEADERS = headers_of(HTML)
