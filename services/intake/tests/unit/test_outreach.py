"""The contact ladder without a database: whatever is tried in whatever order, it keeps its promises."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from chassis.errors import DomainError
from chassis.http.validation import RuleError
from contracts.identifiers import ContactOutcome, ContactStep, DeliveryMode
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from intake.finding.ladder_pack import STAGES, OutreachPack
from intake.finding.referrals_pack import ReferralsPack
from intake.outreach import tracking
from intake.outreach.ladder import Meeting
from intake.outreach.model.outreach import Outreach
from intake.outreach.model.steps import Attempt, Letter
from intake.outreach.states import RUNNING, OutreachState
from intake.testing import finding_packs
from intake.testing.outreach import LADDER, START, TRAVEL, opened


def attempt(outreach: Outreach, means: ContactStep, outcome: ContactOutcome, at: datetime = START) -> Attempt:
    return Attempt(id=uuid4(), outreach_id=outreach.id, means=means, outcome=outcome, attempted_at=at, next_try_at=None)


def try_(outreach: Outreach, means: ContactStep, outcome: ContactOutcome, meeting: Meeting | None = None) -> None:
    outreach.attempt(attempt(outreach, means, outcome), LADDER, TRAVEL, meeting, None)


def test_D3_15_work_starts_within_five_working_days_of_the_extract() -> None:
    outreach = opened()
    assert outreach.start_due_at == datetime(2026, 3, 10, 10, 0, tzinfo=UTC)  # 18:00 in Irkutsk; 9 March is off
    assert "5 рабочих дней" in outreach.current.explained.text("ru")


def test_D3_19_and_D3_20_each_step_opens_when_the_one_before_is_exhausted() -> None:
    outreach = opened()
    for _ in range(3):
        try_(outreach, ContactStep.PHONE, ContactOutcome.NO_ANSWER)
    assert (outreach.current.step, outreach.current.because) == (ContactStep.VISIT, "phone-exhausted")
    for _ in range(2):
        try_(outreach, ContactStep.VISIT, ContactOutcome.NOBODY_HOME)
    assert (outreach.current.step, outreach.current.because) == (ContactStep.POST, "visit-exhausted")
    assert [step.ended_by for step in outreach.steps] == ["phone-exhausted", "visit-exhausted", None]


def test_D3_19_a_family_that_cannot_come_is_visited_and_the_visit_is_the_meeting() -> None:
    outreach = opened()
    try_(outreach, ContactStep.PHONE, ContactOutcome.CANNOT_COME)
    assert (outreach.current.step, outreach.current.meeting) == (ContactStep.VISIT, True)
    assert outreach.notified_by is ContactStep.PHONE
    try_(outreach, ContactStep.VISIT, ContactOutcome.AGREED)
    assert (outreach.state, outreach.place) == (OutreachState.MET, DeliveryMode.HOME)
    assert outreach.due_at == datetime(2026, 3, 2, 15, 59, tzinfo=UTC)  # the end of that day in Irkutsk


def test_D3_17_agreement_by_phone_needs_the_time_of_the_meeting() -> None:
    outreach = opened()
    with pytest.raises(DomainError) as refused:
        try_(outreach, ContactStep.PHONE, ContactOutcome.AGREED)
    assert refused.value.slug == "meeting_missing"
    assert outreach.started_at is None
    assert outreach.version == 1


def test_a_visit_is_not_possible_before_its_step() -> None:
    with pytest.raises(DomainError, match="step_not_open"):
        try_(opened(), ContactStep.VISIT, ContactOutcome.AGREED)


def test_T12_the_day_of_the_meeting_is_the_day_of_the_territory() -> None:
    evening = datetime(2026, 3, 2, 15, 30, tzinfo=UTC)  # 23:30 in Irkutsk
    assert not LADDER.same_day(evening, evening + timedelta(hours=1))


def test_D3_43_the_stage_of_finding_has_seven_forms() -> None:
    assert len(STAGES) == 7
    for pack in finding_packs().all(OutreachPack).values():
        assert tuple(stage.code for stage in pack.stages) == STAGES


def test_D3_13_every_operator_of_a_pack_has_somebody_responsible_for_finding() -> None:
    from intake.testing import directory_pack

    for code, pack in finding_packs().all(OutreachPack).items():
        staff = {person.login: person for person in directory_pack(code).staff}
        role = finding_packs().of(ReferralsPack, code).operator_role
        for organisation in directory_pack(code).organisations:
            if role in organisation.roles:
                assert pack.finders[organisation.code]
        for operator, logins in pack.finders.items():
            assert {staff[login].organisation for login in logins} == {operator}


@given(st.text("0123456789", min_size=13, max_size=13))
def test_D3_20_a_tracking_number_with_one_wrong_digit_is_refused(thirteen: str) -> None:
    good = thirteen + tracking.inland_check(thirteen)
    assert tracking.normalised(f" {good[:7]} {good[7:]}") == good
    with pytest.raises(RuleError):
        tracking.normalised(good[:-1] + str((int(good[-1]) + 1) % 10))


@given(st.text("0123456789", min_size=8, max_size=8))
def test_a_tracking_number_from_abroad_has_its_own_check_digit(eight: str) -> None:
    assert tracking.normalised(f"rr{eight}{tracking.s10_check(eight)}ru").startswith("RR")


class LadderMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.outreach = opened()
        self.letters: list[Letter] = []
        self.facts: list[str] = []

    def _try(self, action: str, *arguments: object) -> bool:
        before = (self.outreach.state, self.outreach.version, len(self.outreach.steps))
        try:
            getattr(self.outreach, action)(*arguments)
        except DomainError:
            assert before == (self.outreach.state, self.outreach.version, len(self.outreach.steps))
            return False
        return True

    @rule(hours=st.integers(1, 100))
    def wait(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule(means=st.sampled_from([ContactStep.PHONE, ContactStep.VISIT]), outcome=st.sampled_from(ContactOutcome))
    def contact(self, means: ContactStep, outcome: ContactOutcome) -> None:
        meeting = Meeting(self.now + timedelta(days=1), DeliveryMode.ORGANISATION) if self.now.hour % 2 else None
        self._try("attempt", attempt(self.outreach, means, outcome, self.now), LADDER, TRAVEL, meeting, None)

    @rule()
    def post(self) -> None:
        letter = Letter(id=uuid4(), outreach_id=self.outreach.id, tracking_number="", posted_on=date(2026, 3, 2))
        if self._try("post_letter", letter, self.now, LADDER):
            self.letters.append(letter)

    @rule(outcome=st.sampled_from([ContactOutcome.DELIVERED, ContactOutcome.RETURNED]))
    def came(self, outcome: ContactOutcome) -> None:
        if self.letters:
            self._try("letter_came", self.letters[-1], outcome, date(2026, 3, 3), self.now)

    @rule()
    def skip(self) -> None:
        self._try("skip", "no_phone", self.now, LADDER, TRAVEL)

    @rule()
    def break_off(self) -> None:
        self._try("break_off", "moved_away", self.now)

    @rule()
    def miss(self) -> None:
        self._try("miss", self.now, LADDER)

    @rule()
    def meet(self) -> None:
        self._try("meet", self.now, DeliveryMode.ORGANISATION, LADDER)

    @rule()
    def survey(self) -> None:
        self._try("survey", None, self.now, LADDER)

    @rule()
    def lead(self) -> None:
        self._try("lead", uuid4(), self.now)

    def _gather(self) -> None:
        for recorded in self.outreach.take_recorded():
            self.facts.append(recorded.event.fact)
            assert recorded.sequence == len(self.facts)
        assert self.outreach.version == len(self.facts)

    @invariant()
    def only_the_last_step_is_open_and_every_earlier_one_says_how_it_ended(self) -> None:
        for step in self.outreach.steps[:-1]:
            assert step.ended_at is not None
            assert step.ended_by
        assert (self.outreach.current.ended_at is None) == (self.outreach.state is OutreachState.OPEN)
        assert [step.position for step in self.outreach.steps] == list(range(1, len(self.outreach.steps) + 1))

    @invariant()
    def whoever_agreed_or_refused_was_notified_once(self) -> None:
        self._gather()
        assert self.facts.count("notified") == (self.outreach.notified_at is not None)
        if self.outreach.state in {
            OutreachState.AGREED,
            OutreachState.MET,
            OutreachState.SURVEYED,
            OutreachState.REFUSED,
        }:
            assert self.outreach.notified_at is not None

    @invariant()
    def a_skipped_step_keeps_its_reason(self) -> None:
        for step in self.outreach.steps:
            assert (step.ended_by == "skipped") <= bool(step.reason)

    @invariant()
    def running_outreach_has_a_due_time_and_ended_outreach_ended_once(self) -> None:
        self._gather()
        closed = self.facts.count("closed") + self.facts.count("led")
        assert closed == (self.outreach.closed_at is not None)
        if self.outreach.state in RUNNING:
            assert self.outreach.due_at is not None
            assert self.outreach.closed_at is None


LadderMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestLadder = LadderMachine.TestCase
