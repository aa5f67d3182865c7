"""What allows a referral between two organisations."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from chassis.aggregate import Aggregate
from contracts.intake import AgreementRegistered
from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from intake.directory.pack import AgreementKind, OrganisationRole
from intake.tables import Base

SIDES = {
    AgreementKind.RESOURCE_CENTRE_OPERATOR: (OrganisationRole.RESOURCE_CENTRE, OrganisationRole.OPERATOR),
    AgreementKind.OPERATOR_CO_EXECUTOR: (OrganisationRole.OPERATOR, OrganisationRole.CO_EXECUTOR),
}
"""The role each side must have."""


class Agreement(Aggregate, Base):
    """An agreement of two organisations with its term; without ``valid_until`` it stands until it is ended."""

    __tablename__ = "agreements"
    __table_args__ = (UniqueConstraint("from_organisation_id", "number"),)

    region: Mapped[str]
    kind: Mapped[AgreementKind]
    number: Mapped[str]
    from_organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    to_organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    signed_on: Mapped[date]
    valid_until: Mapped[date | None]
    ended_on: Mapped[date | None]

    def stands(self, on: date) -> bool:
        """Whether it is in force on a day; the last day of the term counts."""
        last = min(filter(None, (self.valid_until, self.ended_on)), default=date.max)
        return self.signed_on <= on <= last

    def registered(self, on: date) -> None:
        """Tell the present state of the agreement."""
        self.record(
            AgreementRegistered(
                agreement_id=self.id,
                region=self.region,
                kind=self.kind.value,
                from_organisation_id=self.from_organisation_id,
                to_organisation_id=self.to_organisation_id,
                signed_on=self.signed_on,
                valid_until=self.ended_on or self.valid_until,
                active=self.stands(on),
            )
        )
