"""The page of one question: one static file under the same strict headers as the page of an application. Pure."""

from __future__ import annotations

from importlib.resources import files

from intake.pages import headers_of

HTML = files("intake.enquiries").joinpath("question.html").read_text("utf-8")
HEADERS = headers_of(HTML)
