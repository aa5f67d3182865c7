"""What staff have to do about enquiries: step by step, by due time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from chassis.http.worklist import ACTOR, ORGANISATIONS, CountedWork, work_rows
from chassis.work import Unit
from contracts.access import Role
from contracts.worklist import RouteStep, WorkItem
from sqlalchemy import Select, case, literal, select

from intake.enquiries.model.enquiry import Enquiry
from intake.enquiries.queries.cards import WITHOUT_SEALED
from intake.enquiries.states import Delivery, EnquiryState
from intake.tables import fixed

LEADING = frozenset({Role.COORDINATOR, Role.HEAD})

STEPS: dict[EnquiryState, tuple[str, str]] = {
    EnquiryState.REGISTERED: ("enquiry_assign", "Выбрать специалиста для обращения"),
    EnquiryState.ASSIGNED: ("enquiry_serve", "Взять обращение в работу"),
    EnquiryState.SERVING: ("enquiry_answer", "Ответить на обращение"),
}
ANSWERED: dict[Delivery | None, tuple[str, str]] = {
    Delivery.TO_BE_TOLD: ("enquiry_tell", "Позвонить и сообщить ответ"),
    Delivery.GIVEN: ("enquiry_result", "Записать результат обращения"),
}
"""An answer that is being sent waits for nobody."""
KINDS = frozenset(kind for kind, _ in (*STEPS.values(), *ANSWERED.values()))
COMPLAINT = " (жалоба)"


def rows(roles: frozenset[Role]) -> Sequence[Select[Any]]:
    """Open steps of the actor's journals; a specialist's are those he or she is responsible for."""
    own = Enquiry.assigned_to == ACTOR
    if not roles & LEADING:
        return [_open().where(own)]
    ours = Enquiry.organisation_id.in_(ORGANISATIONS)
    return _open().where(ours), _open().where(own, ~ours)


def _open() -> Select[Any]:
    (closed,) = fixed([EnquiryState.CLOSED])
    under_way = (Enquiry.state == EnquiryState.ANSWERED) & (Enquiry.delivery == Delivery.SENDING)
    return work_rows(
        kind=_by_step(0),
        title=_by_step(1) + case((Enquiry.complaint, literal(COMPLAINT)), else_=""),
        subject_id=Enquiry.id,
        due_at=Enquiry.due_at,
        done_at=Enquiry.given_at,
        assigned_to=Enquiry.assigned_to,
        organisation_id=Enquiry.organisation_id,
        territory=Enquiry.territory,
        number=Enquiry.registration,
    ).where(Enquiry.state != closed, ~under_way)


def _by_step(part: int) -> Any:
    told = {delivery: words[part] for delivery, words in ANSWERED.items()}
    steps = [(Enquiry.state == state, words[part]) for state, words in STEPS.items()]
    return case(*steps, else_=case(told, value=Enquiry.delivery))


async def load(unit: Unit, subjects: Sequence[tuple[str, UUID]]) -> Iterable[WorkItem]:
    """The items of some rows."""
    wanted = select(Enquiry).where(Enquiry.id.in_([id for _, id in subjects])).options(*WITHOUT_SEALED)
    return [_item(row, step, unit) for row in await unit.session.scalars(wanted) if (step := next_step(row))]


work = CountedWork(rows, load)

ACTIONS = {
    "enquiry_assign": "assignEnquiry",
    "enquiry_serve": "serveEnquiry",
    "enquiry_answer": "answerEnquiry",
    "enquiry_tell": "recordAnswerTold",
    "enquiry_result": "closeEnquiry",
}
"""What is done with an item of each kind: the operation id of its route."""


def next_step(enquiry: Enquiry) -> tuple[str, str] | None:
    """Kind and title of what comes next; None while the mail is under way."""
    return ANSWERED.get(enquiry.delivery) if enquiry.state is EnquiryState.ANSWERED else STEPS.get(enquiry.state)


def _item(enquiry: Enquiry, step: tuple[str, str], unit: Unit) -> WorkItem:
    kind, title = step
    return WorkItem(
        id=f"intake:{kind}:{enquiry.id}",
        service="intake",
        kind=kind,
        step=RouteStep.ENQUIRY,
        group=enquiry.id,
        subject_id=enquiry.id,
        version=enquiry.version,
        number=enquiry.registration,
        title=f"{title}{COMPLAINT}" if enquiry.complaint else title,
        region=enquiry.region,
        territory=enquiry.territory,
        organisation_id=enquiry.organisation_id,
        assigned_to=enquiry.assigned_to,
        created_at=enquiry.registered_at,
        due_at=enquiry.due_at,
        standing=enquiry.standing(unit.now),
        explanation=enquiry.explained.text("ru"),
        url=f"/intake/enquiries/{enquiry.id}",
    )
