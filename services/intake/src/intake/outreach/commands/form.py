"""What is asked of whoever climbs the ladder, as requests."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from contracts.identifiers import Code, ContactOutcome, DeliveryMode, FindingWay
from pydantic import AfterValidator, AwareDatetime, Field

from intake.finding.requests import Child, Family
from intake.outreach import tracking
from intake.particulars.examples import CHILD, FAMILY, ORGANISATION, REGION, TERRITORY, shown
from intake.particulars.requests import LongText, Strict


class OpenOutreach(Strict):
    """A family that came by itself (D3-14) or met the brigade, put on the list by hand.

    Signals and extracts have doors of their own, so that each way is counted for what it was.
    """

    model_config = shown(region=REGION, territory=TERRITORY, organisation_id=ORGANISATION, child=CHILD, family=FAMILY)

    id: UUID | None = None
    region: Code
    territory: Code | None = None
    organisation_id: UUID
    way: Literal[FindingWay.PERSONAL, FindingWay.BRIGADE] = FindingWay.PERSONAL
    child: Child
    family: Family


class RecordContact(Strict):
    """A call or visit. Agreement by phone names the meeting; agreement on a visit without one is the meeting itself."""

    model_config = shown(
        outcome="agreed", at="2026-03-02T11:20:00+03:00", meets_at="2026-03-04T10:00:00+03:00", place="home"
    )

    outcome: ContactOutcome
    at: AwareDatetime | None = None
    next_try_at: AwareDatetime | None = None
    meets_at: AwareDatetime | None = None
    place: DeliveryMode = DeliveryMode.ORGANISATION
    reason_code: Code | None = None


class PostLetter(Strict):
    model_config = shown(tracking_number="10100080000017", posted_on="2026-03-02")

    tracking_number: Annotated[str, Field(max_length=40), AfterValidator(tracking.normalised)]
    posted_on: date


class LetterCame(Strict):
    model_config = shown(outcome="delivered", on="2026-03-06")

    outcome: ContactOutcome
    on: date


class WithReason(Strict):
    model_config = shown(reason_code="no_phone")

    reason_code: Code


class Held(Strict):
    model_config = shown(at="2026-03-04T10:00:00+03:00")

    at: AwareDatetime | None = None


class Survey(Strict):
    """``measures``: codes of the pack; ``need`` in the family's own words."""

    model_config = shown(measures=["rehabilitation"], need="Занятия для ребёнка два раза в неделю")

    measures: list[Code] = Field(min_length=1, max_length=20)
    need: LongText | None = None


class DoStage(Strict):
    model_config = shown(stage="primary_consultation")

    stage: Code
