"""``outreach.yaml``: how many times a region tries each step of the ladder, by when, and who is responsible."""

from __future__ import annotations

from chassis.regions import PackModel, PackTerm
from contracts.identifiers import Code, ContactStep
from pydantic import Field, model_validator

from intake.finding.referrals_pack import Named, PackReason

STAGES = (
    "signal",
    "primary_information",
    "contact",
    "primary_consultation",
    "document_package",
    "database_entry",
    "counselling",
)
"""The seven forms of the stage «Выявление» in the model's table (D3-43)."""


class SkipReason(PackReason):
    steps: frozenset[ContactStep] = Field(min_length=1)


class Terms(PackModel):
    """``start``: first attempt after the family was found (D3-15); the others from the opening of their step."""

    start: PackTerm
    next_try: PackTerm
    visit: PackTerm
    post: PackTerm
    letter_answer: PackTerm


class OutreachPack(PackModel):
    FILE = "outreach"
    MISSING = ("В этом регионе семьи так не ищут.", "Families are not found this way in that region.")

    terms: Terms
    calls: int = Field(ge=1, le=20)
    visits: int = Field(ge=1, le=10)
    finders: dict[Code, tuple[str, ...]]
    """Logins of the persons responsible for finding families, by operator (D3-13)."""
    skip_reasons: tuple[SkipReason, ...] = Field(min_length=1)
    break_reasons: tuple[PackReason, ...] = Field(min_length=1)
    when_revoked: Code
    """The reason of a ladder that ends because the sender took its referral back; one of ``break_reasons``."""
    refusal_reasons: tuple[PackReason, ...] = Field(min_length=1)
    stages: tuple[Named, ...]
    measures: tuple[Named, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _consistent(self) -> OutreachPack:
        if lonely := [operator for operator, logins in self.finders.items() if not logins]:
            raise ValueError(f"nobody finds families for {', '.join(sorted(lonely))} (D3-13)")
        if tuple(stage.code for stage in self.stages) != STAGES:
            raise ValueError(f"the stages of finding are {', '.join(STAGES)} (D3-43)")
        if self.when_revoked not in {reason.code for reason in self.break_reasons}:
            raise ValueError(f"when_revoked: {self.when_revoked!r} is none of break_reasons")
        return self

    def skip_reason(self, code: str, step: ContactStep) -> SkipReason | None:
        return next((reason for reason in self.skip_reasons if reason.code == code and step in reason.steps), None)
