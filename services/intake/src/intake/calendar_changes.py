"""Deadlines follow the calendar: after a start with another calendar or other terms they are computed again, page by
page (ARCHITECTURE §6)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from chassis.regions import Region
from chassis.work import Runtime, Unit
from sqlalchemy import ColumnElement, select
from workdays import Term

from intake.tables import CalendarPrint

BATCH = 200


@dataclass(frozen=True, slots=True)
class Kept:
    """One kind of deadline: the terms of each region, the records that still have to meet it, how one moves."""

    kind: str
    terms: Mapping[str, Sequence[Term]]
    model: type[Any]
    waiting: ColumnElement[bool]
    move: Callable[[Any, Region, Unit], Awaitable[None]]


async def follow(runtime: Runtime, kept: Kept) -> None:
    """Compute running deadlines again where calendar or terms differ from those they were computed with."""
    for code, terms in kept.terms.items():
        region = runtime.regions[code]
        now = CalendarPrint(region=f"{code}/{kept.kind}", fingerprint=_fingerprint(region, terms))
        async with runtime.transaction() as unit:
            known = await unit.session.get(CalendarPrint, now.region)
            changed = known is None or known.fingerprint != now.fingerprint
        after = None
        while changed:
            async with runtime.transaction() as unit:
                after = await _page(kept, region, after, unit)
                changed = after is not None
                if not changed:
                    now.computed_at = unit.now
                    await unit.session.merge(now)


async def _page(kept: Kept, region: Region, after: UUID | None, unit: Unit) -> UUID | None:
    """The next records; the last one looked at, None when all are done."""
    model = kept.model
    statement = select(model).where(model.region == region.code, kept.waiting).order_by(model.id).limit(BATCH)
    further = statement if after is None else statement.where(model.id > after)
    page = (await unit.session.scalars(further.with_for_update())).all()
    for record in page:
        await kept.move(record, region, unit)
    return page[-1].id if len(page) == BATCH else None


def _fingerprint(region: Region, terms: Sequence[Term]) -> str:
    years = sorted(region.calendar.years.values(), key=lambda year: year.year)
    basis = {
        "years": [[year.year, str(year.decree), str(year.transfers), str(sorted(year.short_days))] for year in years],
        "extra": sorted(str(day) for day in region.calendar_extra),
        "zones": [region.time_zone, *(territory.time_zone for territory in region.territories)],
        "hours": region.office_hours.to_json(),
        "terms": [term.to_json() for term in terms],
    }
    return hashlib.sha256(json.dumps(basis, sort_keys=True).encode()).hexdigest()
