"""Which services are near a family, from the directory and the load it shows now (D2-18, D2-30)."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from chassis.http import ListQuery, Page, page_of
from chassis.work import Unit
from contracts.access import FieldGroup
from contracts.identifiers import AgeBand, Code, Purpose
from pydantic import BaseModel, Field
from sqlalchemy import select, text

from intake.applications.model.application import Application
from intake.applications.nearest import Candidate, Ranked, Wanted, rank
from intake.applications.pack import IntakePack
from intake.applications.personal import Home, opened
from intake.applications.states import ApplicationState
from intake.directory.model.directory import Organisation
from intake.particulars.checks import known_territory
from intake.particulars.places import Point

IN_WORK = (ApplicationState.HANDED_OVER, ApplicationState.ACCEPTED)
_SERVED = text("SELECT organisation_id, families FROM families_served(:region, CAST(:running AS text[]))")


class RankingReason(BaseModel):
    code: str
    ru: str
    en: str


class NearService(BaseModel):
    """A service with its place in the ranking; an unsuitable one says what speaks against it."""

    organisation_id: UUID
    title: str
    suitable: bool
    score: float | None
    distance_km: float | None
    load: int
    reasons: list[RankingReason]

    @classmethod
    def of(cls, ranked: Ranked) -> NearService:
        return cls(
            organisation_id=ranked.candidate.organisation_id,
            title=ranked.candidate.title,
            suitable=ranked.suitable,
            score=ranked.score,
            distance_km=round(ranked.distance_km, 1) if ranked.distance_km is not None else None,
            load=ranked.candidate.load,
            reasons=[RankingReason(code=r.code, ru=r.ru, en=r.en) for r in ranked.reasons],
        )


class NearestQuery(BaseModel):
    """Where a family is and how old the child; a territory or a point, or neither."""

    region: Code
    age_band: AgeBand
    territory: Code | None = None
    latitude: float | None = Field(None, ge=-90, le=90)
    longitude: float | None = Field(None, ge=-180, le=180)


class NearestAnswer(BaseModel):
    """``rule`` explains the order of the list."""

    rule: str
    rule_en: str
    services: list[NearService]


async def nearest_services(application_id: UUID, page: ListQuery, unit: Unit) -> Page[NearService]:
    """Every organisation of the region, the nearest suitable service first; for whoever may hand over."""
    application = await unit.get(Application, application_id, "application:hand_over")
    rule = unit.packs.of(IntakePack, application.region).nearest
    found = select(Organisation).where(Organisation.region == application.region, Organisation.active)
    load = await _load(application.region, unit)
    candidates = [_candidate(row, rule.serving_role, load) for row in await unit.session.scalars(found)]
    ranked = rank(await _wanted(application, unit), candidates, rule.km_per_open_case)
    return page_of([NearService.of(one) for one in ranked], page)


async def nearest_to(wanted: NearestQuery, unit: Unit) -> NearestAnswer:
    """The nearest services for anybody who asks, with the region's rule in words; the load stays untold."""
    rule = unit.packs.of(IntakePack, wanted.region).nearest
    territory = known_territory(wanted.territory, unit.regions[wanted.region])
    found = select(Organisation).where(Organisation.region == wanted.region, Organisation.active)
    candidates = [_candidate(row, rule.serving_role, {}) for row in await unit.session.scalars(found)]
    place = _point(wanted.latitude, wanted.longitude) or _middle(wanted.region, territory, unit)
    ranked = rank(Wanted(wanted.age_band, wanted.region, territory, place), candidates, 0.0)
    return NearestAnswer(
        rule="Подходит служба, которая принимает детей этого возраста и обслуживает территорию семьи; "
        "из подходящих первой идёт ближайшая по прямой. Координатор учитывает ещё и занятость служб: "
        f"одна семья в работе равна {rule.km_per_open_case:g} км.",
        rule_en="A service suits when it serves the age and the territory; of those the nearest comes first. "
        f"The coordinator also counts the load: one family in work equals {rule.km_per_open_case:g} km.",
        services=[NearService.of(one) for one in ranked],
    )


def _middle(region: str, territory: str, unit: Unit) -> Point | None:
    middle = unit.regions[region].territory(territory.partition("/")[2])
    return _point(middle.latitude, middle.longitude) if middle else None


def _candidate(row: Organisation, serving_role: str, load: Mapping[UUID, int]) -> Candidate:
    return Candidate(
        organisation_id=row.id,
        title=row.title,
        serving=serving_role in row.roles,
        age_bands=row.bands,
        territories=frozenset(row.serves),
        place=_point(row.latitude, row.longitude),
        load=load.get(row.id, 0),
    )


async def _load(region: str, unit: Unit) -> Mapping[UUID, int]:
    """Families in work per service, those other centres handed over too."""
    rows = await unit.session.execute(_SERVED, {"region": region, "running": sorted(IN_WORK)})
    return dict(row.tuple() for row in rows)


async def _wanted(application: Application, unit: Unit) -> Wanted:
    """The family's place: the address's own when the form knew it, else the middle of its territory."""
    key = await unit.keys.get(application.child_id)
    home = opened(application.home, Home, key, application.id)
    place = _point(home.latitude, home.longitude) or _middle(application.region, application.residence_territory, unit)
    await unit.audit.read(
        "application", application.child_id, {FieldGroup.CONTACT}, Purpose.CONTACT, subject_id=application.id
    )
    return Wanted(application.age_band, application.region, application.territory, place)


def _point(latitude: float | None, longitude: float | None) -> Point | None:
    return None if latitude is None or longitude is None else Point(latitude, longitude)
