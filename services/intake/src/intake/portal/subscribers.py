"""The portal's timers: a status document is about to end (D0-19), a family has moved to another sector (T15).

And what the worker does when it starts: terms follow the calendar.
"""

from __future__ import annotations

from chassis.work import Timer, TimerRouter, Unit

from intake.portal.commands.change_data import HAND_OVER, hand_over
from intake.portal.commands.fill_questionnaire import DOCUMENT_EXPIRES, document_ends_at
from intake.portal.model.questionnaire import Questionnaire

timers = TimerRouter()


@timers.on(DOCUMENT_EXPIRES)
async def status_document_expires(timer: Timer, unit: Unit) -> None:
    """Tell that the status document of a questionnaire runs out."""
    found = await unit.session.get(Questionnaire, timer.subject_id, with_for_update=True)
    ends = await document_ends_at(found, unit) if found else None
    if found and ends:
        found.document_expires(ends)


@timers.on(HAND_OVER)
async def hand_over_questionnaire(timer: Timer, unit: Unit) -> None:
    """Give a questionnaire to the consultant of the new district after a family has moved (T15)."""
    await hand_over(timer.subject_id, unit)
