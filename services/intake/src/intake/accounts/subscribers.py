"""The portal's timers: a status document is about to end (D0-19), a family has moved to another sector (T15)."""

from __future__ import annotations

from chassis.timers import Timer, TimerRouter
from chassis.unit import Unit

from intake.accounts.changes import HAND_OVER, hand_over
from intake.accounts.filling import DOCUMENT_EXPIRES, document_ends_at
from intake.accounts.questionnaire import Questionnaire
from intake.directory.packs import directories_in

timers = TimerRouter()


@timers.on(DOCUMENT_EXPIRES)
async def status_document_expires(timer: Timer, unit: Unit) -> None:
    found = await unit.session.get(Questionnaire, timer.subject_id, with_for_update=True)
    ends = await document_ends_at(found, unit) if found else None
    if found and ends:
        found.document_expires(ends)


@timers.on(HAND_OVER)
async def hand_over_questionnaire(timer: Timer, unit: Unit) -> None:
    await hand_over(timer.subject_id, directories_in(unit.settings.regions_dir), unit)
