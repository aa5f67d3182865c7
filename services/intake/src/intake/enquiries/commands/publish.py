"""Propose, publish and take down a depersonalised question with its answer (D0-11)."""

from __future__ import annotations

from uuid import UUID

from chassis.work import Unit
from contracts.identifiers import Code
from pydantic import BaseModel

from intake.enquiries.commands.form import Text
from intake.enquiries.commands.register import check_codes
from intake.enquiries.depersonal import require_depersonalised
from intake.enquiries.errors import theme_missing
from intake.enquiries.model.enquiry import Enquiry
from intake.enquiries.model.public_answers import PublicAnswer, PublicState
from intake.enquiries.pack import EnquiriesPack
from intake.enquiries.personal import Caller, opened
from intake.enquiries.stems import digests, keyed
from intake.particulars.examples import RECORD, shown
from intake.particulars.requests import Strict, acting_person


class Draft(BaseModel):
    """A question of the journal with its answer in words that tell nobody who asked."""

    model_config = shown(
        enquiry_id=RECORD,
        question="Как получить ходунки для ребёнка?",
        answer="Ходунки выдают по ИПРА ребёнка.",
        theme="devices",
    )

    enquiry_id: UUID
    question: Text
    answer: Text
    theme: Code | None = None


class Publish(Strict):
    """The editor's last wording; what is left out stays as proposed."""

    model_config = shown(answer="Ходунки выдают по ИПРА ребёнка. Поможем подать заявление.")

    question: Text | None = None
    answer: Text | None = None


async def draft(command: Draft, unit: Unit) -> PublicAnswer:
    """Staff who may read the enquiry propose it."""
    enquiry = await unit.get(Enquiry, command.enquiry_id, "enquiry:serve")
    theme = command.theme or enquiry.theme
    if theme is None:
        raise theme_missing()
    check_codes(theme, None, unit.packs.of(EnquiriesPack, enquiry.region))
    names = await _name_words(enquiry, unit)
    _check(command.question, command.answer, enquiry.organisation_id, names, unit)
    proposed = PublicAnswer(
        id=unit.new_id(),
        region=enquiry.region,
        organisation_id=enquiry.organisation_id,
        enquiry_id=enquiry.id,
        theme=theme,
        state=PublicState.DRAFT,
        question=command.question,
        answer=command.answer,
        name_words=names,
        drafted_at=unit.now,
        drafted_by=acting_person(unit),
    )
    proposed.drafted()
    unit.session.add(proposed)
    await unit.session.flush()
    return proposed


async def publish(public_answer_id: UUID, command: Publish, unit: Unit) -> PublicAnswer:
    """The editor publishes; his or her wording passes the same checks."""
    found = await unit.get(PublicAnswer, public_answer_id, "public_answer:publish", under=True)
    question, answer = command.question or found.question, command.answer or found.answer
    _check(question, answer, found.organisation_id, found.name_words, unit)
    found.publish(question, answer, acting_person(unit), unit.now)
    return found


async def take_down(public_answer_id: UUID, unit: Unit) -> PublicAnswer:
    """The editor takes it down."""
    found = await unit.get(PublicAnswer, public_answer_id, "public_answer:withdraw", under=True)
    found.withdraw(unit.now)
    return found


async def _name_words(enquiry: Enquiry, unit: Unit) -> list[str]:
    if enquiry.caller is None:
        return []
    caller = opened(enquiry.caller, Caller, await unit.keys.get(enquiry.person_id), enquiry.id)
    return digests(unit.settings, enquiry.organisation_id, [caller.name])


def _check(question: str, answer: str, organisation_id: UUID, names: list[str], unit: Unit) -> None:
    spoken = keyed(unit.settings, organisation_id, [question, answer])
    require_depersonalised(
        {"question": question, "answer": answer}, {word for word, digest in spoken if digest in names}
    )
