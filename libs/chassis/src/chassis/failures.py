"""Errors as logs and dead letters may show them: place and kind, never the values at hand."""

from __future__ import annotations

import traceback
from enum import StrEnum

from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from chassis.errors import DomainError, Kind, as_domain_error, constraint

_FRAMES = 6


class Remedy(StrEnum):
    """The treatment of a message whose handling failed."""

    WAIT = "wait"
    """A part we depend on is away: try again for ever, the message is not at fault."""
    RETRY = "retry"
    """Unknown cause: try again a few times, then the dead letters."""
    REFUSE = "refuse"
    """It would fail again in the same way: the dead letters at once."""


def remedy(error: Exception) -> Remedy:
    """Decide by the error's kind."""
    # A lost race shows as a conflict, and the next try usually wins.
    if isinstance(error, (StaleDataError, IntegrityError)):
        return Remedy.RETRY
    if isinstance(error, ValidationError):
        return Remedy.REFUSE
    kind = as_domain_error(error).kind
    if kind in {Kind.UNAVAILABLE, Kind.TOO_MANY}:
        return Remedy.WAIT
    return Remedy.REFUSE if kind.permanent else Remedy.RETRY


def describe(error: BaseException) -> str:
    """One line with type, rule and place. The error's own words are left out: they may quote a person's data."""
    return f"{type(error).__name__}{_rule(error)}{_place(error)}"


def _rule(error: BaseException) -> str:
    if isinstance(error, DomainError):
        return f" [{error.slug}]"
    if isinstance(error, ValidationError):
        broken = (f"{'.'.join(map(str, e['loc']))}: {e['type']}" for e in error.errors(include_url=False))
        return f" [{'; '.join(broken)}]"
    if isinstance(error, DBAPIError):
        known = [getattr(error.orig, "sqlstate", None), constraint(error)]
        return f" [{' '.join(str(part) for part in known if part)}]"
    return ""


def _place(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    names = (f"{'/'.join(frame.filename.split('/')[-2:])}:{frame.lineno} {frame.name}" for frame in frames)
    return f" at {' < '.join(reversed(list(names)))}" if frames else ""
