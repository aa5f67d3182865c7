"""A programme and its versions: draft → signed by the representative → approved by the head → corrected → finished.

The approved version stays in force while a correction is drawn up, until the next one is approved.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from chassis.aggregate import Aggregate
from contracts.cases import ProgrammeApproved, ProgrammeDrafted, ProgrammeFinished, ProgrammeSigned
from contracts.identifiers import ConsentForm, ProgrammeKind
from contracts.personal import Address, Contact
from contracts.sealed import PersonKey, Sealed, place, seal, unseal
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cases.files.model import CaseFile
from cases.pack import ProgrammeRules
from cases.programmes import errors
from cases.programmes.content import Content, Outline, Words, service_demand
from cases.tables import Base, ModelColumn

WORDS_PLACE = "cases.programme"
"""Where `Words` are sealed: ``cases.programme/words/<programme id>``; a correction starts with a copy."""


class ProgrammeState(StrEnum):
    """Where a version stands."""

    DRAFT = "draft"
    SIGNED = "signed"
    APPROVED = "approved"
    CORRECTED = "corrected"
    """Replaced by a newer approved version."""
    FINISHED = "finished"


class ProgrammeVersion(Base):
    """One version of a programme, with who signed and who approved it."""

    __tablename__ = "programme_versions"

    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programmes.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[ProgrammeState]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    content: Mapped[Outline] = mapped_column(ModelColumn(Outline))
    words: Mapped[Sealed[Words]] = mapped_column(ModelColumn(Sealed[Words]))
    drawn_up_by: Mapped[UUID | None]
    drawn_up_at: Mapped[datetime]
    signed_on: Mapped[date | None]
    signed_form: Mapped[ConsentForm | None]
    signed_before: Mapped[UUID | None]
    """Who took the representative's signature."""
    approved_by: Mapped[UUID | None]
    approved_at: Mapped[datetime | None]

    def rewrite(self, content: Outline, words: Sealed[Words]) -> None:
        """Write the content anew; whatever was signed before is signed no more."""
        self.content, self.words = content, words
        self.starts_on, self.ends_on = content.starts_on, content.ends_on
        self.state = ProgrammeState.DRAFT
        self.signed_on = self.signed_form = self.signed_before = None

    def open_words(self, key: PersonKey) -> Words:
        """The words under the child's key; raises `contracts.sealed.BrokenSealError`."""
        return unseal(self.words, Words, key, place(WORDS_PLACE, "words", self.programme_id))


class Programme(Aggregate, Base):
    """A programme of one child: IPRP of early help, or the month's IKSRA under an IPPSU."""

    __tablename__ = "programmes"

    case_id: Mapped[UUID] = mapped_column(ForeignKey("case_files.id"), index=True)
    child_id: Mapped[UUID]
    region: Mapped[str]
    kind: Mapped[ProgrammeKind]
    ippsu_id: Mapped[UUID | None] = mapped_column(ForeignKey("ippsus.id"))
    versions: Mapped[list[ProgrammeVersion]] = relationship(lazy="selectin", order_by=ProgrammeVersion.number)

    @classmethod
    def draw_up(
        cls,
        id: UUID,
        file: CaseFile,
        kind: ProgrammeKind,
        content: Content,
        key: PersonKey,
        by: UUID | None,
        at: datetime,
    ) -> Programme:
        """The first draft; ``key`` is the child's."""
        programme = cls(id=id, case_id=file.id, child_id=file.child_id, region=file.region, kind=kind, versions=[])
        programme._open(1, content.outline, programme._sealed(content, key), by, at)
        return programme

    @property
    def latest(self) -> ProgrammeVersion:
        """The version in work, or else the last one that was."""
        return self.versions[-1]

    @property
    def in_force(self) -> ProgrammeVersion | None:
        """The approved version, also while a correction is drawn up."""
        return next((version for version in reversed(self.versions) if version.state is ProgrammeState.APPROVED), None)

    @property
    def once_in_force(self) -> ProgrammeVersion | None:
        """The approved version, or the one whose term is over."""
        ended = (
            version
            for version in reversed(self.versions)
            if version.state is ProgrammeState.FINISHED and version.approved_at
        )
        return self.in_force or next(ended, None)

    def edit(self, content: Content, key: PersonKey) -> None:
        """Change the version in work; a signature on it falls away."""
        version = self._in(ProgrammeState.DRAFT, ProgrammeState.SIGNED)
        version.rewrite(content.outline, self._sealed(content, key))
        self._drafted(version)

    def sign(self, form: ConsentForm, on: date, before: UUID | None) -> None:
        """The representative agreed with this content (D2-24, D4-05)."""
        version = self._in(ProgrammeState.DRAFT)
        version.state = ProgrammeState.SIGNED
        version.signed_on, version.signed_form, version.signed_before = on, form, before
        self.record(
            ProgrammeSigned(
                programme_id=self.id,
                case_id=self.case_id,
                child_id=self.child_id,
                region=self.region,
                kind=self.kind,
                programme_version=version.number,
                signed_on=on,
            )
        )

    def check_complete(self, rules: ProgrammeRules) -> None:
        """Refuse what may not be approved: no services, no goals where the kind has them, below the minimum."""
        content = self._in(ProgrammeState.SIGNED).content
        if not content.lines:
            raise errors.nothing_in_it("lines")
        if rules.goals and not content.goals:
            raise errors.nothing_in_it("goals")
        offered = {group: content.offered(group, rules.modes) for group in rules.minimum}
        if any(offered[group] < minimum for group, minimum in rules.minimum.items()):
            raise errors.below_minimum(offered, rules.minimum)

    def approve(
        self,
        rules: ProgrammeRules,
        file: CaseFile,
        by: UUID | None,
        at: datetime,
        address: Sealed[Address] | None,
        contact: Sealed[Contact] | None,
    ) -> None:
        """The head approves what the representative signed; demand for visits arises from it (D4-09)."""
        self.check_complete(rules)
        if replaced := self.in_force:
            replaced.state = ProgrammeState.CORRECTED
        version = self.latest
        version.state, version.approved_by, version.approved_at = ProgrammeState.APPROVED, by, at
        self.record(
            ProgrammeApproved(
                programme_id=self.id,
                case_id=self.case_id,
                child_id=self.child_id,
                region=self.region,
                territory=file.territory,
                kind=self.kind,
                programme_version=version.number,
                serving_organisation_id=file.serving_organisation_id,
                coordinator_id=file.coordinator_id,
                specialist_ids=tuple(file.specialist_ids),
                starts_on=version.starts_on,
                ends_on=version.ends_on,
                approved_at=at,
                goals=version.content.goals,
                quota=dict(rules.minimum),
                lines=service_demand(version.content.lines),
                address=address,
                contact=contact,
            )
        )

    def correct(self, by: UUID | None, at: datetime) -> None:
        """Open the next version as a draft with the content in force."""
        if self.latest.state in {ProgrammeState.DRAFT, ProgrammeState.SIGNED}:
            raise errors.being_corrected()
        version = self._in(ProgrammeState.APPROVED)
        self._open(version.number + 1, version.content, version.words, by, at)

    def finish(self, on: date) -> None:
        """The term is over; a correction that was never approved ends with it."""
        version = self.in_force
        if version is None:
            raise errors.wrong_state(self.latest.state, ProgrammeState.APPROVED)
        for open_one in self._unapproved():
            open_one.state = ProgrammeState.FINISHED
        version.state = ProgrammeState.FINISHED
        self.record(
            ProgrammeFinished(
                programme_id=self.id,
                case_id=self.case_id,
                child_id=self.child_id,
                region=self.region,
                kind=self.kind,
                programme_version=version.number,
                finished_on=on,
            )
        )

    def _sealed(self, content: Content, key: PersonKey) -> Sealed[Words]:
        return seal(content.words, key, place(WORDS_PLACE, "words", self.id))

    def _open(self, number: int, content: Outline, words: Sealed[Words], by: UUID | None, at: datetime) -> None:
        version = ProgrammeVersion(programme_id=self.id, number=number, drawn_up_by=by, drawn_up_at=at)
        version.rewrite(content, words)
        self.versions.append(version)
        self._drafted(version)

    def _drafted(self, version: ProgrammeVersion) -> None:
        self.record(
            ProgrammeDrafted(
                programme_id=self.id,
                case_id=self.case_id,
                child_id=self.child_id,
                region=self.region,
                kind=self.kind,
                programme_version=version.number,
                goals=version.content.goals,
                lines=len(version.content.lines),
            )
        )

    def _in(self, *allowed: ProgrammeState) -> ProgrammeVersion:
        if self.latest.state not in allowed:
            raise errors.wrong_state(self.latest.state, " or ".join(allowed))
        return self.latest

    def _unapproved(self) -> Iterable[ProgrammeVersion]:
        return (version for version in self.versions if version.state in {ProgrammeState.DRAFT, ProgrammeState.SIGNED})
