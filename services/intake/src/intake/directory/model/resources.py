"""An entry of the resource map."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from chassis.aggregate import Aggregate
from contracts.intake import ResourceListed
from sqlalchemy import ARRAY, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from intake.directory.pack import ResourceKind
from intake.tables import Base


class Resource(Aggregate, Base):
    """Something a family of the territory can use; the organisation that entered it keeps it current."""

    __tablename__ = "resources"
    __table_args__ = (Index("ix_resources_region_territory", "region", "territory"),)

    region: Mapped[str]
    territory: Mapped[str]
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    kind: Mapped[ResourceKind]
    theme: Mapped[str]
    title: Mapped[str]
    address: Mapped[str]
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    contact: Mapped[str | None]
    free: Mapped[bool]
    age_bands: Mapped[list[str]] = mapped_column(ARRAY(Text))
    checked_on: Mapped[date]
    active: Mapped[bool]

    def keep(self, values: dict[str, Any]) -> bool:
        """Take over a newer state; whether anything changed."""
        if all(getattr(self, name, None) == value for name, value in values.items()):
            return False
        for name, value in values.items():
            setattr(self, name, value)
        self.record(
            ResourceListed(
                resource_id=self.id,
                region=self.region,
                territory=self.territory,
                organisation_id=self.organisation_id,
                kind=self.kind.value,
                theme=self.theme,
                latitude=self.latitude,
                longitude=self.longitude,
                active=self.active,
                checked_on=self.checked_on,
            )
        )
        return True
