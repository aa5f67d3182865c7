"""The competent specialist: by theme and kind of help, territory and load, with the reasons (D1-20)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from chassis.work import Unit
from contracts.access import Role
from contracts.identifiers import named_id
from sqlalchemy import func, select
from workdays.wording import counted

from intake.directory.model.directory import Principal
from intake.enquiries.model.enquiry import Enquiry
from intake.enquiries.pack import Competence, EnquiriesPack
from intake.enquiries.states import EnquiryState

ANSWERING = frozenset({Role.SPECIALIST, Role.COORDINATOR, Role.HEAD})
UNDER_WAY = frozenset({EnquiryState.ASSIGNED, EnquiryState.SERVING, EnquiryState.ANSWERED})


@dataclass(frozen=True, slots=True)
class CompetenceReason:
    code: str
    ru: str
    en: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A member of staff as the journal may choose him or her; ``under_way``: enquiries not finished yet."""

    principal_id: UUID
    name: str
    position: str
    narrow: int
    under_way: int
    reasons: tuple[CompetenceReason, ...]


async def candidates(enquiry: Enquiry, pack: EnquiriesPack, unit: Unit) -> list[Candidate]:
    """The competent staff of the journal's organisation, best first. Needs the theme."""
    fits = [(_principal(enquiry.region, c), c) for c in pack.competence if competent(c, enquiry)]
    people = await _people(enquiry.organisation_id, [id for id, _ in fits], unit)
    load = await _load(list(people), unit)
    found = [_candidate(people[id], c, enquiry, load.get(id, 0)) for id, c in fits if id in people]
    return sorted(found, key=lambda c: (-c.narrow, c.under_way, str(c.principal_id)))


def competent(entry: Competence, enquiry: Enquiry) -> bool:
    """Whether somebody answers such questions from there."""
    here = enquiry.territory.rpartition("/")[2]
    return (
        (not entry.themes or enquiry.theme in entry.themes)
        and (not entry.help_kinds or enquiry.help_kind is None or enquiry.help_kind in entry.help_kinds)
        and (not entry.territories or here in entry.territories or enquiry.territory == enquiry.region)
    )


def _candidate(person: Principal, entry: Competence, enquiry: Enquiry, under_way: int) -> Candidate:
    return Candidate(
        principal_id=person.id,
        name=person.name or "",
        position=person.position or "",
        narrow=_narrow(entry, enquiry),
        under_way=under_way,
        reasons=tuple(_reasons(entry, enquiry, under_way)),
    )


def _narrow(entry: Competence, enquiry: Enquiry) -> int:
    """Who was named for exactly this goes before who answers everything."""
    own_place = bool(entry.territories) and enquiry.territory != enquiry.region
    return 2 * bool(entry.themes) + 2 * bool(entry.help_kinds and enquiry.help_kind) + own_place


def _reasons(entry: Competence, enquiry: Enquiry, under_way: int) -> Iterable[CompetenceReason]:
    if entry.themes:
        yield CompetenceReason("theme", "Отвечает на вопросы по этой теме.", "Answers questions of this theme.")
    else:
        yield CompetenceReason("every_theme", "Отвечает на вопросы по любой теме.", "Answers questions of every theme.")
    if entry.help_kinds and enquiry.help_kind:
        yield CompetenceReason("help_kind", "Оказывает этот вид помощи.", "Gives this kind of help.")
    if entry.territories and enquiry.territory != enquiry.region:
        yield CompetenceReason("territory", "Отвечает за эту территорию.", "Answers for this territory.")
    number = counted(under_way, "обращение", "обращения", "обращений")
    yield CompetenceReason("load", f"Сейчас в работе: {number}.", f"Enquiries under way: {under_way}.")


def _principal(region: str, entry: Competence) -> UUID:
    return named_id("principal", f"{region}/{entry.login}")


async def _people(organisation_id: UUID, ids: list[UUID], unit: Unit) -> Mapping[UUID, Principal]:
    found = select(Principal).where(
        Principal.id.in_(ids), Principal.active, Principal.organisation_id == organisation_id
    )
    return {p.id: p for p in await unit.session.scalars(found) if ANSWERING & frozenset(p.roles)}


async def _load(ids: list[UUID], unit: Unit) -> Mapping[UUID, int]:
    open_ones = select(Enquiry.assigned_to, func.count()).where(
        Enquiry.assigned_to.in_(ids), Enquiry.state.in_(UNDER_WAY)
    )
    rows = await unit.session.execute(open_ones.group_by(Enquiry.assigned_to))
    return {id: count for id, count in rows if id is not None}
