"""The portal's timers: a status document is about to end (D0-19), a family has moved to another sector (T15).

And what the worker does when it starts: terms follow the calendar.
"""

from __future__ import annotations

from chassis.regions import Region
from chassis.work import Runtime, Timer, TimerRouter, Unit

from intake.calendar_changes import Kept, follow
from intake.portal.commands.change_data import HAND_OVER, DataChange, hand_over
from intake.portal.commands.change_data import State as ChangeState
from intake.portal.commands.fill_questionnaire import DOCUMENT_EXPIRES, document_ends_at
from intake.portal.pack import PortalPack
from intake.portal.questionnaire import Questionnaire
from intake.portal.questionnaire import State as QuestionnaireState
from intake.terms import computed

timers = TimerRouter()


@timers.on(DOCUMENT_EXPIRES)
async def status_document_expires(timer: Timer, unit: Unit) -> None:
    found = await unit.session.get(Questionnaire, timer.subject_id, with_for_update=True)
    ends = await document_ends_at(found, unit) if found else None
    if found and ends:
        found.document_expires(ends)


@timers.on(HAND_OVER)
async def hand_over_questionnaire(timer: Timer, unit: Unit) -> None:
    await hand_over(timer.subject_id, unit)


async def recompute_consultants_terms(runtime: Runtime) -> None:
    """After a start with another calendar or other terms, what waits for a consultant is computed again."""
    packs = runtime.packs.all(PortalPack)

    async def move_sent(sent: Questionnaire, region: Region, unit: Unit) -> None:
        assert sent.sent_at
        assert sent.territory
        term = packs[region.code].terms.questionnaire
        sent.move_due(computed(term, sent.sent_at, region, sent.territory), unit.now)

    async def move_asked(asked: DataChange, region: Region, unit: Unit) -> None:
        term = packs[region.code].terms.data_change
        asked.move_due(computed(term, asked.requested_at, region, asked.territory), unit.now)

    sent, asked = Questionnaire.state == QuestionnaireState.SENT, DataChange.state == ChangeState.REQUESTED
    terms = {code: pack.terms for code, pack in packs.items()}
    of_sent = {code: (one.questionnaire,) for code, one in terms.items()}
    of_asked = {code: (one.data_change,) for code, one in terms.items()}
    await follow(runtime, Kept("questionnaires", of_sent, Questionnaire, sent, move_sent))
    await follow(runtime, Kept("data_changes", of_asked, DataChange, asked, move_asked))
