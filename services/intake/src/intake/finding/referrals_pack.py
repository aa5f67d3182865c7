"""``referrals.yaml``: who tells whom of families in a region, on which legal ground, and by when an answer is due."""

from __future__ import annotations

from datetime import date
from typing import Literal

from chassis.regions import PackModel, PackTerm
from contracts.access import FieldGroup
from contracts.identifiers import Code, FindingWay
from pydantic import Field, model_validator

from intake.directory.pack import OrganisationRole
from intake.particulars.ages import BandLimit

CONSENT = "consent"
"""The ground that is no entry of the pack: the family's own written consent."""


class Named(PackModel):
    """A code of the pack with its title."""

    code: Code
    title: str


class PackReason(Named):
    title_en: str


class Partner(PackModel):
    """An organisation of the directory that sends or receives referrals, and where its own system listens."""

    organisation: Code
    department: Code
    way: FindingWay
    callback_hosts: frozenset[str] = frozenset()


class ReferralKind(Named):
    """``branch``: the law this kind goes by beside the ordinary one (D3-25)."""

    opens_outreach: bool = False
    branch: Code | None = None


class Ground(Named):
    """Why data may be handed to another agency: for these purposes (kinds of referral), departments and groups."""

    law: str
    purposes: frozenset[Code] = Field(min_length=1)
    departments: frozenset[Code] = frozenset()
    groups: frozenset[FieldGroup] = Field(min_length=1)


class Order(PackModel):
    number: str
    date: date
    title: str


class RoadMapStep(Named):
    department: Code
    term: PackTerm


class RoadMap(PackModel):
    """Who does what by when between the departments (D2-06)."""

    title: str
    orders: tuple[Order, ...] = Field(min_length=1)
    steps: tuple[RoadMapStep, ...] = Field(min_length=1)


class Terms(PackModel):
    answer: PackTerm


class ExtractRules(PackModel):
    """Limits of one file of extracts, and the grounds extracts come and their execution goes back on (D3-24)."""

    ground: Code
    return_ground: Code
    max_mebibytes: int = Field(64, ge=1, le=64)
    max_records: int = Field(50_000, ge=1, le=200_000)


class CallbackRules(PackModel):
    """``allow_private``: plain HTTP and private addresses, for tests only."""

    give_up_hours: int = Field(72, ge=1)
    allow_private: bool = False


class ReferralsPack(PackModel):
    """``age_bands``: only of a region without an ``intake.yaml``, which says the same for its applications."""

    FILE = "referrals"
    MISSING = ("В этом регионе семьи так не ищут.", "Families are not found this way in that region.")

    age_bands: tuple[BandLimit, ...] = ()
    number_prefix: str = Field(pattern=r"^[A-ZА-Я]{1,6}$")
    operator_role: OrganisationRole
    fallback_organisation: Code
    terms: Terms
    departments: tuple[Named, ...] = Field(min_length=1)
    partners: tuple[Partner, ...]
    kinds: tuple[ReferralKind, ...] = Field(min_length=1)
    decline_reasons: tuple[PackReason, ...] = Field(min_length=1)
    revoke_reasons: tuple[PackReason, ...] = Field(min_length=1)
    results: tuple[PackReason, ...] = Field(min_length=1)
    grounds: tuple[Ground, ...] = Field(min_length=1)
    road_map: RoadMap
    execution_reasons: tuple[PackReason, ...] = Field(min_length=1)
    extracts: ExtractRules
    callbacks: CallbackRules = CallbackRules()

    @model_validator(mode="after")
    def _codes_lead_somewhere(self) -> ReferralsPack:
        known = {department.code for department in self.departments}
        used = {partner.department for partner in self.partners} | {step.department for step in self.road_map.steps}
        used |= {code for ground in self.grounds for code in ground.departments}
        if unknown := used - known:
            raise ValueError(f"no department {', '.join(sorted(unknown))}")
        grounds = {ground.code for ground in self.grounds}
        if unknown := {self.extracts.ground, self.extracts.return_ground} - grounds:
            raise ValueError(f"no ground {', '.join(sorted(unknown))}")
        if CONSENT in grounds:
            raise ValueError("the ground consent is not listed: it is the family's own document")
        return self

    def partner(self, organisation_code: str | None) -> Partner | None:
        """The partner of a directory code such as ``irkutsk/polyclinic``."""
        bare = (organisation_code or "").rpartition("/")[2]
        return next((partner for partner in self.partners if partner.organisation == bare), None)

    def kind(self, code: str) -> ReferralKind | None:
        return next((kind for kind in self.kinds if kind.code == code), None)

    def ground(self, code: str) -> Ground | None:
        return next((ground for ground in self.grounds if ground.code == code), None)

    def reason(self, which: Literal["decline", "revoke", "execution", "result"], code: str) -> PackReason | None:
        """A reason of one of the pack's lists."""
        return next((reason for reason in self.reasons(which) if reason.code == code), None)

    def reasons(self, which: Literal["decline", "revoke", "execution", "result"]) -> tuple[PackReason, ...]:
        lists = {
            "decline": self.decline_reasons,
            "revoke": self.revoke_reasons,
            "execution": self.execution_reasons,
            "result": self.results,
        }
        return lists[which]
