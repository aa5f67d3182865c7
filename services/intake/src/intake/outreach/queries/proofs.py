"""Proof of notification for the regional system (D3-18), in the versioned layout ``notification-proof-csv-1``."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from chassis.errors import invalid
from chassis.http.periods import FIRST_DAY, LAST_DAY
from chassis.work import Unit
from contracts.access import FieldGroup
from contracts.identifiers import Purpose
from pydantic import BaseModel, Field, model_validator
from sqlalchemy import func, select

from intake.directory.model.directory import Organisation
from intake.finding.grounds import require_listed
from intake.finding.queries import contact
from intake.finding.referrals_pack import ReferralsPack
from intake.outreach.model.outreach import Outreach
from intake.outreach.model.steps import Attempt, Letter

LAYOUT = "notification-proof-csv-1"
PURPOSE, SYSTEM_OF = "notification_proof", "social"
"""What the file is for, and the department whose regional system takes it in."""
MOST = 20_000
COLUMNS = (
    "outreach_id",
    "operator",
    "territory",
    "child_name",
    "birth_date",
    "snils",
    "way",
    "found_on",
    "notified_at",
    "notified_by",
    "attempts",
    "tracking_number",
    "decision",
    "reason",
    "meeting_at",
)


class Period(BaseModel):
    """Notifications of these days."""

    region: str
    since: Annotated[date, Field(ge=date(2000, 1, 1), description=FIRST_DAY)]
    until: Annotated[date, Field(le=date(2199, 12, 31), description=LAST_DAY)]

    @model_validator(mode="after")
    def _runs_forward(self) -> Period:
        if self.until < self.since:
            raise invalid("term_backwards", "until", "Период кончается раньше, чем начался.", "Ends before it begins.")
        return self


async def proof_file(wanted: Period, unit: Unit) -> bytes:
    """Every family notified in the period, as the regional system reads it; each reading is recorded.

    It leaves on a ground the pack lists for this purpose only (D3-26).
    """
    require_listed(PURPOSE, SYSTEM_OF, frozenset({FieldGroup.CONTACT}), unit.packs.of(ReferralsPack, wanted.region))
    zone = unit.regions[wanted.region].zone
    begin = datetime.combine(wanted.since, time(), zone)
    end = datetime.combine(wanted.until, time.max, zone)
    found = (
        select(Outreach, Organisation.code)
        .join(Organisation, Organisation.id == Outreach.organisation_id)
        .where(Outreach.region == wanted.region, Outreach.notified_at >= begin, Outreach.notified_at <= end)
        .order_by(Outreach.notified_at, Outreach.id)
        .limit(MOST + 1)
    )
    rows = [(row[0], row[1]) for row in await unit.session.execute(found)]
    if len(rows) > MOST:
        raise invalid("period_too_long", "until", "Выберите период короче.", "Choose a shorter period.")
    written = io.StringIO()
    writer = csv.writer(written, delimiter=";", lineterminator="\r\n")
    writer.writerow(COLUMNS)
    counts, numbers = await _attempts(rows, unit)
    for outreach, operator in rows:
        writer.writerow([harmless(cell) for cell in await _row(outreach, operator, counts, numbers, zone, unit)])
    shown = [(outreach.child_id, outreach.id) for outreach, _ in rows]
    await unit.audit.listed("outreach", shown, {FieldGroup.CORE, FieldGroup.CONTACT}, Purpose.SOCIAL_SERVICE)
    return ("\ufeff" + written.getvalue()).encode()


async def _row(
    outreach: Outreach,
    operator: str,
    counts: dict[UUID, int],
    numbers: dict[UUID, str],
    zone: ZoneInfo,
    unit: Unit,
) -> list[str]:
    family = await contact(outreach, unit)
    return [
        str(outreach.id),
        operator,
        outreach.territory,
        family.child_name,
        str(family.birth_date),
        family.snils or "",
        outreach.way,
        str(outreach.found_at.astimezone(zone).date()),
        _local(outreach.notified_at, zone),
        outreach.notified_by or "",
        str(counts.get(outreach.id, 0)),
        numbers.get(outreach.id, ""),
        outreach.state,
        outreach.reason or "",
        _local(outreach.meets_at or outreach.met_at, zone),
    ]


async def _attempts(rows: Sequence[tuple[Outreach, str]], unit: Unit) -> tuple[dict[UUID, int], dict[UUID, str]]:
    ids = [outreach.id for outreach, _ in rows]
    counted = (
        select(Attempt.outreach_id, func.count()).where(Attempt.outreach_id.in_(ids)).group_by(Attempt.outreach_id)
    )
    posted = (
        select(Letter.outreach_id, Letter.tracking_number)
        .where(Letter.outreach_id.in_(ids))
        .order_by(Letter.posted_on, Letter.id)
    )
    counts = {row[0]: row[1] for row in await unit.session.execute(counted)}
    return counts, {row[0]: row[1] for row in await unit.session.execute(posted)}


def _local(moment: datetime | None, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).isoformat(timespec="minutes") if moment else ""


def harmless(cell: str) -> str:
    """A cell no spreadsheet takes for a formula."""
    return f"'{cell}" if cell[:1] in {"=", "+", "-", "@", "\t", "\r"} else cell
