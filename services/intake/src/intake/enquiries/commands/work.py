"""Steps 2, 3 and 5: classify, choose the specialist, serve, record the result (D1-20)."""

from __future__ import annotations

from uuid import UUID

from chassis.work import Unit
from contracts.identifiers import Code, EnquiryOutcome

from intake.enquiries.commands.form import Text
from intake.enquiries.commands.index_words import index_words
from intake.enquiries.commands.register import DUE, check_codes, term_of
from intake.enquiries.errors import already_classified, not_competent, other_specialist, theme_missing
from intake.enquiries.model.enquiry import Enquiry
from intake.enquiries.model.papers import Due
from intake.enquiries.pack import EnquiriesPack
from intake.enquiries.personal import Words, shut
from intake.enquiries.queries.competence import candidates
from intake.particulars.examples import PERSON, shown
from intake.particulars.requests import Strict, acting_person


class Classify(Strict):
    """Theme and kind of help of what came in by itself; a complaint runs by the term of the law (59-FZ)."""

    model_config = shown(theme="devices", help_kind="rehabilitation", complaint=False)

    theme: Code
    help_kind: Code | None = None
    complaint: bool = False


class AssignEnquiry(Strict):
    """``specialist_id`` None: the best of the list. ``instead_of``: who is responsible now, to hand on from."""

    model_config = shown(specialist_id=PERSON)

    specialist_id: UUID | None = None
    instead_of: UUID | None = None


class Close(Strict):
    """The result: its code for counting, and the words for the journal's last column."""

    model_config = shown(outcome="helped_in_full", result="Разъяснён порядок получения ходунков")

    outcome: EnquiryOutcome
    result: Text


async def classify(enquiry_id: UUID, command: Classify, unit: Unit) -> Enquiry:
    """Set theme, kind of help and complaint where the entry was made without; later only amendments change them."""
    enquiry = await unit.get(Enquiry, enquiry_id, "enquiry:assign", under=True)
    check_codes(command.theme, command.help_kind, unit.packs.of(EnquiriesPack, enquiry.region))
    if enquiry.theme is not None:
        raise already_classified()
    complaint = command.complaint or enquiry.complaint
    enquiry.classify(command.theme, command.help_kind or enquiry.help_kind, complaint, _due(enquiry, complaint, unit))
    await unit.timers.set(DUE, enquiry.id, enquiry.due_at)
    return enquiry


async def assign(enquiry_id: UUID, command: AssignEnquiry, unit: Unit) -> Enquiry:
    """Make the competent specialist responsible."""
    enquiry = await unit.get(Enquiry, enquiry_id, "enquiry:assign", under=True)
    if enquiry.theme is None:
        raise theme_missing()
    ranked = [one.principal_id for one in await candidates(enquiry, unit.packs.of(EnquiriesPack, enquiry.region), unit)]
    chosen = command.specialist_id or next(iter(ranked), None)
    if chosen is None or chosen not in ranked:
        raise not_competent([str(id) for id in ranked])
    enquiry.assign(chosen, command.instead_of, unit.now)
    return enquiry


async def serve(enquiry_id: UUID, unit: Unit) -> Enquiry:
    """The responsible specialist begins."""
    enquiry = await unit.get(Enquiry, enquiry_id, "enquiry:serve", under=True)
    enquiry.serve(unit.now)
    require_responsible(enquiry, unit)
    return enquiry


async def close(enquiry_id: UUID, command: Close, unit: Unit) -> Enquiry:
    """Record the result; the last step."""
    enquiry = await unit.get(Enquiry, enquiry_id, "enquiry:close", under=True)
    key = await unit.keys.get(enquiry.person_id)
    enquiry.close(command.outcome, shut(Words(text=command.result), key, enquiry.id, "result"), unit.now)
    await index_words(enquiry, [command.result], unit)
    return enquiry


def require_responsible(enquiry: Enquiry, unit: Unit) -> None:
    """One person answers for an enquiry; a colleague has to be made responsible first."""
    if enquiry.assigned_to != acting_person(unit):
        raise other_specialist()


def _due(enquiry: Enquiry, complaint: bool, unit: Unit) -> Due:
    region, since = unit.regions[enquiry.region], enquiry.due_since
    return Due(
        since, term_of(unit.packs.of(EnquiriesPack, enquiry.region), complaint, since, region, enquiry.territory)
    )
