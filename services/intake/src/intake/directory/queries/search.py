"""Organisations found by name, kind, theme and distance (D0-34)."""

from __future__ import annotations

from typing import Annotated

from chassis.errors import DomainError, Kind
from chassis.http import ListQuery, Page, page_of
from chassis.work import Unit
from contracts.identifiers import AgeBand, Code
from pydantic import BaseModel, Field, model_validator
from sqlalchemy import Select, any_, or_, select

from intake.directory.model.directory import Organisation
from intake.directory.pack import OrganisationRole
from intake.directory.queries.directory import OrganisationView
from intake.directory.queries.names import Names, places_of
from intake.particulars.names import folded_words, trigrams
from intake.particulars.places import Point, distance_km

ALIKE = 0.5
"""Share of a word's trigrams that must be found in the title."""


class OrganisationSearch(BaseModel):
    """What is looked for; every condition narrows. ``within_km`` needs a place."""

    region: Code | None = None
    text: Annotated[str | None, Field(min_length=2, max_length=200)] = None
    role: OrganisationRole | None = None
    theme: Code | None = None
    gives: Code | None = None
    age_band: AgeBand | None = None
    territory: Code | None = None
    latitude: Annotated[float | None, Field(ge=-90, le=90)] = None
    longitude: Annotated[float | None, Field(ge=-180, le=180)] = None
    within_km: Annotated[float | None, Field(gt=0, le=2000)] = None

    @model_validator(mode="after")
    def _place_is_whole(self) -> OrganisationSearch:
        if (self.latitude is None) != (self.longitude is None) or (self.within_km and self.latitude is None):
            raise DomainError(
                "place_incomplete",
                Kind.INVALID,
                ru="Для поиска рядом нужны и широта, и долгота.",
                en="A search nearby needs latitude and longitude.",
                field="longitude" if self.longitude is None else "latitude",
            )
        return self

    @property
    def place(self) -> Point | None:
        return None if self.latitude is None or self.longitude is None else Point(self.latitude, self.longitude)


class FoundOrganisation(OrganisationView):
    """``distance_km`` is as the crow flies to the nearest of its places, the office told in ``nearest_office``."""

    distance_km: float | None = None
    nearest_office: str | None = None


async def search(wanted: OrganisationSearch, page: ListQuery, unit: Unit) -> Page[FoundOrganisation]:
    """The organisations that match: the nearest first where a place is given, else by title."""
    rows = (await unit.session.scalars(_narrowed(wanted))).all()
    words = folded_words(wanted.text or "")
    places = places_of(unit)
    found = [_measured(row, wanted.place, places) for row in rows if _called(words, row)]
    if wanted.within_km:
        found = [one for one in found if one.distance_km is not None and one.distance_km <= wanted.within_km]
    found.sort(key=lambda one: (one.distance_km is None, one.distance_km or 0.0, one.title, one.code))
    return page_of(found, page)


def _narrowed(wanted: OrganisationSearch) -> Select[Organisation]:
    statement = select(Organisation).where(Organisation.active)
    if wanted.region:
        statement = statement.where(Organisation.region == wanted.region)
    if wanted.territory:
        whole, _, code = wanted.territory.rpartition("/")
        here = f"{whole or wanted.region}/{code}"
        served = or_(any_(Organisation.serves) == here, any_(Organisation.serves) == (whole or wanted.region))
        statement = statement.where(or_(served, Organisation.territory == here))
    for column, value in (
        (Organisation.roles, wanted.role),
        (Organisation.themes, wanted.theme),
        (Organisation.gives, wanted.gives),
        (Organisation.age_bands, wanted.age_band),
    ):
        if value is not None:
            statement = statement.where(any_(column) == value)
    return statement


def _called(words: list[str], row: Organisation) -> bool:
    named = folded_words(f"{row.title} {row.address}")
    return all(any(_alike(word, other) for other in named) for word in words)


def _alike(word: str, other: str) -> bool:
    letters = trigrams(word)
    return other.startswith(word) or len(letters & trigrams(other)) >= max(2, ALIKE * len(letters))


def _measured(row: Organisation, place: Point | None, names: Names) -> FoundOrganisation:
    found = FoundOrganisation.of(row, names)
    if place is None:
        return found
    places = [(None, row.latitude, row.longitude), *((o.code, o.latitude, o.longitude) for o in row.offices)]
    near = [
        (distance_km(place, Point(latitude, longitude)), code)
        for code, latitude, longitude in places
        if latitude is not None and longitude is not None
    ]
    if not near:
        return found
    distance, office = min(near, key=lambda one: one[0])
    return found.model_copy(update={"distance_km": round(distance, 1), "nearest_office": office})
