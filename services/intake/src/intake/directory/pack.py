"""``directory.yaml``: the organisations of a region and the people who work in them."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from chassis.regions import PackModel, Region
from contracts.access import Role
from contracts.identifiers import AgeBand, Code
from pydantic import BaseModel, ConfigDict, Field, model_validator


class OrganisationRole(StrEnum):
    """What an organisation is for; it may have several roles (GLOSSARY)."""

    OPERATOR = "operator"
    RESOURCE_CENTRE = "resource_centre"
    COORDINATING = "coordinating"
    SERVING = "serving"
    TERRITORIAL_SERVICE = "territorial_service"
    CO_EXECUTOR = "co_executor"
    PARTNER = "partner"
    HOST = "host"


class AgreementKind(StrEnum):
    """Who agrees with whom (D3-07)."""

    RESOURCE_CENTRE_OPERATOR = "resource_centre_operator"
    OPERATOR_CO_EXECUTOR = "operator_co_executor"


class ResourceKind(StrEnum):
    """What a family finds on the map of its territory (D3-36, D3-49)."""

    SERVICE = "service"
    LEISURE = "leisure"
    LEARNING = "learning"
    DEVELOPMENT = "development"


class OfficeEntry(PackModel):
    """A place where an organisation receives people; an office is not an organisation."""

    code: Code
    title: str = Field(min_length=2, max_length=200)
    territory: Code
    address: str = Field(min_length=2, max_length=500)
    latitude: float | None = Field(None, ge=-90, le=90)
    longitude: float | None = Field(None, ge=-180, le=180)
    phone: str | None = None


class OrganisationEntry(PackModel):
    """An organisation with all its roles (D3-04). ``serves`` lists territory codes; ``whole_region`` means all of them.

    ``themes`` are codes of the pack's dictionary: what it helps with; ``gives`` says what a partner gives (D4-32).
    """

    code: Code
    title: str = Field(min_length=2, max_length=300)
    roles: frozenset[OrganisationRole] = Field(min_length=1)
    territory: Code
    address: str = Field(min_length=2, max_length=500)
    latitude: float | None = Field(None, ge=-90, le=90)
    longitude: float | None = Field(None, ge=-180, le=180)
    phone: str | None = Field(None, max_length=200)
    email: str | None = Field(None, max_length=254)
    site: str | None = Field(None, max_length=200)
    director: str | None = Field(None, max_length=200)
    serves: frozenset[Code] = frozenset()
    whole_region: bool = False
    age_bands: frozenset[AgeBand] = frozenset()
    themes: frozenset[Code] = frozenset()
    gives: tuple[Code, ...] = ()
    offices: tuple[OfficeEntry, ...] = ()


class StaffEntry(PackModel):
    """A person. ``subject`` is what the identity provider calls the account (``sub``), the login where it is left out.

    Only a digest of it is stored.
    """

    login: str = Field(min_length=1, max_length=100)
    subject: str | None = Field(None, min_length=1, max_length=255)
    name: str
    position: str
    roles: frozenset[Role] = Field(min_length=1)
    organisation: Code | None = None
    territories: frozenset[Code] = frozenset()
    whole_region: bool = False
    specialist: bool = False


class Word(PackModel):
    """An entry of a dictionary of the pack."""

    code: Code
    title: str


class Sector(PackModel):
    """A part of the region one qualified social consultant answers for (D0-02, D0-03).

    ``registered`` is a figure of the source with its year, kept as told.
    """

    code: Code
    title: str
    consultant: str
    registered: int | None = Field(None, ge=0)
    year: int | None = None


class AgreementEntry(PackModel):
    """An agreement of two organisations of the pack (D3-07)."""

    kind: AgreementKind
    number: str = Field(min_length=1, max_length=60)
    from_organisation: Code
    to_organisation: Code
    signed_on: date
    valid_until: date | None = None


class ResourceFields(BaseModel):
    """What is told of a resource, in the pack or by the organisation that keeps it."""

    model_config = ConfigDict(extra="forbid")

    territory: Code
    kind: ResourceKind
    theme: Code
    title: str = Field(min_length=2, max_length=200)
    address: str = Field(min_length=2, max_length=500)
    latitude: float | None = Field(None, ge=-90, le=90)
    longitude: float | None = Field(None, ge=-180, le=180)
    contact: str | None = Field(None, max_length=300)
    free: bool = True
    age_bands: frozenset[AgeBand] = frozenset()


class ResourceEntry(ResourceFields, PackModel):
    """A service, leisure or learning resource of a territory, kept by an organisation of the pack (D3-36, D3-49)."""

    code: Code
    organisation: Code
    checked_on: date


class Order(PackModel):
    """An order the interagency work rests on (D2-06)."""

    number: str
    signed_on: date
    title: str


class RoadMap(PackModel):
    """The interagency road map: its departments, orders and what each department does (D2-06)."""

    departments: tuple[Word, ...] = Field(min_length=1)
    orders: tuple[Order, ...] = Field(min_length=1)
    steps: tuple[tuple[Code, str], ...]


class DirectoryPack(PackModel):
    FILE = "directory"

    organisations: tuple[OrganisationEntry, ...]
    staff: tuple[StaffEntry, ...]
    themes: tuple[Word, ...] = ()
    """Spheres of help (D0-03)."""
    gifts: tuple[Word, ...] = ()
    """What partners give (D4-32)."""
    sectors: tuple[Sector, ...] = ()
    agreements: tuple[AgreementEntry, ...] = ()
    resources: tuple[ResourceEntry, ...] = ()
    resource_check_months: int = Field(6, ge=1, le=60)
    """A resource not looked at for so long counts as stale (D3-49)."""
    road_map: RoadMap | None = None

    @model_validator(mode="after")
    def _names_fit_together(self) -> DirectoryPack:
        codes = [organisation.code for organisation in self.organisations]
        logins = [person.login for person in self.staff]
        if len(set(codes)) != len(codes) or len(set(logins)) != len(logins):
            raise ValueError("an organisation or login stands twice")
        for person in self.staff:
            if person.organisation is not None and person.organisation not in codes:
                raise ValueError(f"{person.login}: no organisation {person.organisation}")
        return self

    @model_validator(mode="after")
    def _codes_are_known(self) -> DirectoryPack:
        themes, gifts = ({word.code for word in words} for words in (self.themes, self.gifts))
        places = {entry.code for entry in self.organisations}
        used = [
            ("theme", {theme for entry in self.organisations for theme in entry.themes}, themes),
            ("theme", {resource.theme for resource in self.resources}, themes),
            ("gift", {gift for entry in self.organisations for gift in entry.gives}, gifts),
            ("organisation", {resource.organisation for resource in self.resources}, places),
            ("organisation", {agreement.from_organisation for agreement in self.agreements}, places),
            ("organisation", {agreement.to_organisation for agreement in self.agreements}, places),
            ("login", {sector.consultant for sector in self.sectors}, {person.login for person in self.staff}),
        ]
        for kind, named, known in used:
            if unknown := named - known:
                raise ValueError(f"no {kind} {', '.join(sorted(unknown))}")
        return self

    def misplaced(self, region: Region) -> list[str]:
        """Territories of the region that belong to no sector of the pack; each must belong to exactly one (D0-02)."""
        known = {sector.code for sector in self.sectors}
        return [t.code for t in region.territories if t.sector not in known] if known else []
