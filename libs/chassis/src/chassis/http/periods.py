"""The span of time a list is narrowed to: moments until before the second one, days until and with the second one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import AwareDatetime, Field
from sqlalchemy import ColumnElement, SQLColumnExpression

Since = Annotated[AwareDatetime | None, Field(description="From this moment on.")]
Until = Annotated[AwareDatetime | None, Field(description="Before this moment, which is not included.")]
FIRST_DAY, LAST_DAY = "From this day on.", "Until this day, which is included."
FirstDay = Annotated[date | None, Field(description=FIRST_DAY)]
LastDay = Annotated[date | None, Field(description=LAST_DAY)]


def within(
    column: SQLColumnExpression[Any], since: datetime | None, until: datetime | None
) -> Iterator[ColumnElement[bool]]:
    """The conditions of a span of moments; none where it is open at both ends."""
    if since is not None:
        yield column >= since
    if until is not None:
        yield column < until
