"""The personal file: exactly one coordinator at any time, and the order of the first appointment (D0-24, D0-32)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from chassis.aggregate import Aggregate
from chassis.errors import not_found
from contracts.cases import (
    CaseFileOpened,
    ConsentRecorded,
    ConsentWithdrawn,
    DocumentsSeen,
    EligibilityRecognised,
    IppsuRecorded,
    TeamFixed,
)
from contracts.identifiers import AgeBand, Purpose
from contracts.intake import ApplicationAccepted
from pydantic import AwareDatetime, BaseModel, ConfigDict
from sqlalchemy import ARRAY, Uuid
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cases.files import errors
from cases.files.model.consent import Consent
from cases.files.model.ippsu import Ippsu
from cases.pack import CasesPack, Ground, Step
from cases.tables import Base, ModelColumn


class SeenDocuments(BaseModel):
    """Which documents were shown to whom, and on what the representative's authority rests (D2-20)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kinds: tuple[str, ...]
    authority: str
    seen_by: UUID
    seen_at: AwareDatetime


class Eligibility(BaseModel):
    """The decision of the first appointment (D2-21)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    eligible: bool
    decided_on: date
    decided_by: UUID


class CaseFile(Aggregate, Base):
    """One file for each accepted application. ``organisation_id`` is the coordinating organisation's: the
    coordinator belongs to it and stays with the family, the serving organisation may change (D2-23)."""

    __tablename__ = "case_files"

    application_id: Mapped[UUID] = mapped_column(unique=True)
    number: Mapped[str]
    region: Mapped[str]
    territory: Mapped[str]
    child_id: Mapped[UUID] = mapped_column(index=True)
    representative_id: Mapped[UUID]
    age_band: Mapped[AgeBand]
    coordinator_id: Mapped[UUID]
    organisation_id: Mapped[UUID]
    serving_organisation_id: Mapped[UUID]
    opened_at: Mapped[datetime] = mapped_column(index=True)
    first_appointment_due_at: Mapped[datetime]
    documents: Mapped[SeenDocuments | None] = mapped_column(ModelColumn(SeenDocuments))
    eligibility: Mapped[Eligibility | None] = mapped_column(ModelColumn(Eligibility))
    assessed_on: Mapped[date | None]
    specialist_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()))
    team: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()))
    """Principals of the specialists: row security compares it with who asks."""
    consents: Mapped[list[Consent]] = relationship(lazy="selectin", order_by="Consent.recorded_at")
    ippsus: Mapped[list[Ippsu]] = relationship(lazy="selectin", order_by="Ippsu.issued_on")

    @classmethod
    def open(cls, id: UUID, accepted: ApplicationAccepted, at: datetime) -> CaseFile:
        """The file of an accepted application; the child and the representative keep intake's ids."""
        file = cls(
            id=id,
            application_id=accepted.application_id,
            number=accepted.number,
            region=accepted.region,
            territory=accepted.territory,
            child_id=accepted.child_id,
            representative_id=accepted.representative_id,
            age_band=accepted.age_band,
            coordinator_id=accepted.coordinator_id,
            organisation_id=accepted.coordinating_organisation_id,
            serving_organisation_id=accepted.serving_organisation_id,
            opened_at=at,
            first_appointment_due_at=accepted.first_appointment_due.due_at,
            specialist_ids=[],
            team=[],
        )
        file.record(
            CaseFileOpened(
                case_id=id,
                application_id=accepted.application_id,
                region=accepted.region,
                territory=accepted.territory,
                child_id=accepted.child_id,
                representative_id=accepted.representative_id,
                age_band=accepted.age_band,
                coordinator_id=accepted.coordinator_id,
                coordinating_organisation_id=accepted.coordinating_organisation_id,
                serving_organisation_id=accepted.serving_organisation_id,
                opened_at=at,
            )
        )
        return file

    def see_documents(self, seen: SeenDocuments, pack: CasesPack) -> None:
        """The first step of the first appointment: the minimal set, and the representative's authority."""
        known = {document.code: document.title for document in pack.documents}
        if set(seen.kinds) - set(known):
            raise errors.unknown_code("kinds")
        if missing := set(known) - set(seen.kinds):
            raise errors.documents_missing({code: known[code] for code in missing})
        if seen.authority not in {authority.code for authority in pack.authorities}:
            raise errors.unknown_code("authority")
        self.documents = seen
        self.record(DocumentsSeen(case_id=self.id, child_id=self.child_id, seen_by=seen.seen_by, seen_at=seen.seen_at))

    def record_consent(self, consent: Consent, today: date, pack: CasesPack) -> None:
        """Enter a written consent; the signer's authority has been checked before (152-FZ art. 9)."""
        self.require_before(Step.CONSENTS, today, pack)
        if not consent.written:
            raise errors.consent_not_written()
        if consent.given_on > today:
            raise errors.in_the_future("given_on")
        self.consents.append(consent)
        self.record(
            ConsentRecorded(
                case_id=self.id,
                consent_id=consent.id,
                application_id=self.application_id,
                child_id=self.child_id,
                representative_id=consent.representative_id,
                purpose=consent.purpose,
                form=consent.form,
                given_on=consent.given_on,
            )
        )

    def withdraw_consent(self, consent_id: UUID, by: UUID | None, at: datetime) -> None:
        """Withdraw one document; it acts at once on everything read or recorded after."""
        consent = next((consent for consent in self.consents if consent.id == consent_id), None)
        if consent is None:
            raise not_found()
        if not consent.standing:
            raise errors.consent_withdrawn_already()
        consent.withdrawn_at, consent.withdrawn_by = at, by
        self.record(
            ConsentWithdrawn(
                case_id=self.id,
                consent_id=consent.id,
                application_id=self.application_id,
                child_id=self.child_id,
                purpose=consent.purpose,
                withdrawn_at=at,
            )
        )

    def note_assessment(self, on: date) -> None:
        """Keep the date of the latest assessment; the assessment itself records the fact."""
        self.assessed_on = max(on, self.assessed_on or on)

    def recognise(self, eligibility: Eligibility, pack: CasesPack) -> None:
        """Decide on early help at the first appointment, after the assessment (D2-21)."""
        self.require_before(Step.ELIGIBILITY, eligibility.decided_on, pack)
        if self.assessed_on and eligibility.decided_on < self.assessed_on:
            raise errors.decided_before_assessed(self.assessed_on)
        self.eligibility = eligibility
        self.record(
            EligibilityRecognised(
                case_id=self.id,
                child_id=self.child_id,
                eligible=eligibility.eligible,
                decided_on=eligibility.decided_on,
            )
        )

    def fix_team(
        self, specialist_ids: Collection[UUID], principals: Collection[UUID], on: date, pack: CasesPack
    ) -> None:
        """Fix the specialists to the case (D2-21)."""
        self.require_before(Step.TEAM, on, pack)
        self.specialist_ids, self.team = list(specialist_ids), list(principals)
        self.record(TeamFixed(case_id=self.id, child_id=self.child_id, specialist_ids=tuple(specialist_ids)))

    def record_ippsu(self, ippsu: Ippsu, today: date, pack: CasesPack) -> None:
        """Enter the programme the authority issued (D4-05)."""
        self.require_before(Step.IPPSU, today, pack)
        if ippsu.issued_on > today:
            raise errors.in_the_future("issued_on")
        self.ippsus.append(ippsu)
        self.record(
            IppsuRecorded(
                case_id=self.id,
                child_id=self.child_id,
                region=self.region,
                ippsu_id=ippsu.id,
                issued_on=ippsu.issued_on,
                valid_until=ippsu.valid_until,
            )
        )

    def valid_ippsu(self, first: date, last: date) -> Ippsu | None:
        """The latest IPPSU in force from ``first`` to ``last``."""
        return next((ippsu for ippsu in reversed(self.ippsus) if ippsu.covers(first, last)), None)

    def purposes(self, on: date, pack: CasesPack) -> frozenset[Purpose]:
        """Purposes a written consent, or another legal ground of the pack, stands for on a day."""
        written = {consent.purpose for consent in self.consents if consent.standing and consent.written}
        granted = {p for p, grounds in pack.grounds.items() if any(self._stands(ground, on) for ground in grounds)}
        return frozenset(written | granted)

    def require_ground(self, purpose: Purpose, on: date, pack: CasesPack) -> None:
        """Refuse processing for a purpose nothing stands for now."""
        if purpose not in self.purposes(on, pack):
            raise errors.no_ground(purpose)

    def require_before(self, step: Step, on: date, pack: CasesPack) -> None:
        """Refuse a step out of order, or one the region does not have."""
        if step not in pack.steps:
            raise errors.step_not_in_region(step)
        self.require_steps(pack.steps[step], on, pack)

    def require_steps(self, steps: Collection[Step], on: date, pack: CasesPack) -> None:
        """Refuse unless all of ``steps`` are done; names the ones that are not, in the region's order."""
        done = self.done(on, pack)
        missing = [step for step in pack.steps if step in steps and step not in done]
        if missing == [Step.ELIGIBILITY] and self.eligibility is not None:
            raise errors.not_eligible()
        if missing:
            raise errors.out_of_order(missing)

    def done(self, on: date, pack: CasesPack) -> frozenset[Step]:
        """The steps that are complete on a day; a withdrawn consent makes its step incomplete again."""
        complete = {
            Step.DOCUMENTS: self.documents is not None,
            Step.CONSENTS: pack.consents.required <= self.purposes(on, pack),
            Step.IPPSU: bool(self.ippsus),
            Step.ASSESSMENT: self.assessed_on is not None,
            Step.ELIGIBILITY: self.eligibility is not None and self.eligibility.eligible,
            Step.TEAM: bool(self.specialist_ids),
        }
        return frozenset(step for step, stands in complete.items() if stands)

    def _stands(self, ground: Ground, on: date) -> bool:
        return ground.stands_while == "always" or self.valid_ippsu(on, on) is not None
