"""Terms of consultants follow the calendar after a start."""

from __future__ import annotations

from chassis.regions import Region
from chassis.work import Runtime, Unit

from intake.calendar_changes import Kept, follow
from intake.portal.model.changes import DataChange, DataChangeState
from intake.portal.model.questionnaire import Questionnaire, QuestionnaireState
from intake.portal.pack import PortalPack
from intake.terms import computed


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

    sent, asked = Questionnaire.state == QuestionnaireState.SENT, DataChange.state == DataChangeState.REQUESTED
    terms = {code: pack.terms for code, pack in packs.items()}
    of_sent = {code: (one.questionnaire,) for code, one in terms.items()}
    of_asked = {code: (one.data_change,) for code, one in terms.items()}
    await follow(runtime, Kept("questionnaires", of_sent, Questionnaire, sent, move_sent))
    await follow(runtime, Kept("data_changes", of_asked, DataChange, asked, move_asked))
