"""Organisations and principals: the one place where authority is written down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from chassis.aggregate import Aggregate
from contracts.access import Role
from contracts.identifiers import AgeBand
from contracts.intake import OrganisationRegistered, PrincipalChanged
from sqlalchemy import ARRAY, ForeignKey, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column, relationship

from intake.directory.pack import OrganisationRole
from intake.tables import Base


class Office(Base):
    """A place where an organisation receives people."""

    __tablename__ = "offices"

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    territory: Mapped[str]
    address: Mapped[str]
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    phone: Mapped[str | None]


class Organisation(Aggregate, Base):
    """A legal body with its roles (GLOSSARY). ``serves`` holds territory codes, or the region's own for all of it."""

    __tablename__ = "organisations"

    code: Mapped[str] = mapped_column(unique=True)
    region: Mapped[str]
    territory: Mapped[str]
    title: Mapped[str]
    roles: Mapped[list[str]] = mapped_column(ARRAY(Text))
    serves: Mapped[list[str]] = mapped_column(ARRAY(Text))
    age_bands: Mapped[list[str]] = mapped_column(ARRAY(Text))
    address: Mapped[str]
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    phone: Mapped[str | None]
    email: Mapped[str | None]
    site: Mapped[str | None]
    director: Mapped[str | None]
    themes: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    gives: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    pack_print: Mapped[str | None]
    """Digest of the pack entry last applied: what was imported since is not overwritten by a restart."""
    active: Mapped[bool]

    offices: Mapped[list[Office]] = relationship(lazy="selectin", cascade="all, delete-orphan", order_by="Office.code")

    def register(self, values: dict[str, Any]) -> bool:
        """Take over a newer state; whether anything changed."""
        if all(getattr(self, name, None) == value for name, value in values.items()):
            return False
        for name, value in values.items():
            setattr(self, name, value)
        self.record(
            OrganisationRegistered(
                organisation_id=self.id,
                code=self.code,
                region=self.region,
                territory=self.territory,
                roles=frozenset(map(OrganisationRole, self.roles)),
                latitude=self.latitude,
                longitude=self.longitude,
                active=self.active,
            )
        )
        return True

    @property
    def bands(self) -> frozenset[AgeBand]:
        return frozenset(map(AgeBand, self.age_bands))


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """What a principal may do and where. A region's own code among ``territories`` stands for the whole region."""

    roles: frozenset[Role]
    organisation_ids: frozenset[UUID] = frozenset()
    territories: frozenset[str] = frozenset()
    child_ids: frozenset[UUID] = frozenset()
    specialist_id: UUID | None = None
    active: bool = True


class Principal(Aggregate, Base):
    """A person or system who may sign in. Known by the digest of issuer and subject; ``sub`` itself is not kept."""

    __tablename__ = "principals"

    subject_digest: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str | None]
    position: Mapped[str | None]
    region: Mapped[str | None] = mapped_column(index=True)
    territory: Mapped[str | None]
    organisation_id: Mapped[UUID | None] = mapped_column(index=True)
    """The organisation the person works in, for who may see the list of staff."""
    roles: Mapped[list[str]] = mapped_column(ARRAY(Text))
    organisation_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    territories: Mapped[list[str]] = mapped_column(ARRAY(Text))
    child_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    specialist_id: Mapped[UUID | None]
    active: Mapped[bool]
    pack_print: Mapped[str | None]
    """Digest of the pack entry last applied: what an administrator changed since is not overwritten by a restart."""

    @property
    def authority(self) -> Authority:
        return Authority(
            roles=frozenset(map(Role, self.roles)),
            organisation_ids=frozenset(self.organisation_ids),
            territories=frozenset(self.territories),
            child_ids=frozenset(self.child_ids),
            specialist_id=self.specialist_id,
            active=self.active,
        )

    def entrust(self, authority: Authority) -> None:
        """The principal's whole authority from now on; it acts everywhere within the consumers' lag."""
        self.roles = sorted(authority.roles)
        self.organisation_ids = sorted(authority.organisation_ids)
        self.territories = sorted(authority.territories)
        self.child_ids = sorted(authority.child_ids)
        self.specialist_id, self.active = authority.specialist_id, authority.active
        if self.organisation_id not in authority.organisation_ids:
            self.organisation_id = next(iter(self.organisation_ids), None)
        self.record(
            PrincipalChanged(
                principal_id=self.id,
                subject_digest=self.subject_digest,
                roles=authority.roles,
                organisation_ids=authority.organisation_ids,
                territories=authority.territories,
                child_ids=authority.child_ids,
                specialist_id=authority.specialist_id,
                active=authority.active,
            )
        )
