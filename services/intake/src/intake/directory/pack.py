"""``directory.yaml``: the organisations of a region and the people who work in them."""

from __future__ import annotations

from enum import StrEnum

from chassis.regions import PackModel
from contracts.access import Role
from contracts.identifiers import AgeBand, Code
from pydantic import Field, model_validator


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


class OrganisationEntry(PackModel):
    """An organisation. ``serves`` lists territory codes; ``whole_region`` means all of them."""

    code: Code
    title: str
    roles: frozenset[OrganisationRole] = Field(min_length=1)
    territory: Code
    address: str
    latitude: float | None = Field(None, ge=-90, le=90)
    longitude: float | None = Field(None, ge=-180, le=180)
    phone: str | None = None
    serves: frozenset[Code] = frozenset()
    whole_region: bool = False
    age_bands: frozenset[AgeBand] = frozenset()


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


class DirectoryPack(PackModel):
    organisations: tuple[OrganisationEntry, ...]
    staff: tuple[StaffEntry, ...]

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
