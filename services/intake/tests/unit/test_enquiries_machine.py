"""Whatever people try in whatever order, an enquiry keeps its five steps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID, uuid4

import workdays
from chassis.errors import DomainError
from contracts.identifiers import EnquiryChannel, EnquiryOutcome
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from intake.enquiries.model.enquiry import Enquiry
from intake.enquiries.model.papers import Due, Entry, Sheets
from intake.enquiries.states import Delivery, EnquiryState
from intake.terms import computed
from intake.testing import organisation, region
from intake.testing.enquiries import OMSK, enquiries_pack

PEOPLE = [UUID(int=1), UUID(int=2)]
ORDER = ("registered", "assigned", "served", "answered", "answer_given", "result_recorded")
START = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
people = st.sampled_from(PEOPLE)


def due(start: datetime) -> workdays.Deadline:
    return computed(enquiries_pack().terms.answer, start, region(OMSK), OMSK)


def enquiry() -> Enquiry:
    point = organisation("point", OMSK)
    entry = Entry(
        id=uuid4(), number=1, year=2026, registration="ОБР-2026-000001", region=OMSK, territory=OMSK,
        organisation_id=point, person_id=point, channel=EnquiryChannel.HELPLINE,
        answer_channel=EnquiryChannel.PHONE, anonymous=True, complaint=False, status=None, theme="law",
        help_kind=None, asked_by=None, token_digest="0" * 64, source_digest=None, consent_version=None,
        received_at=START, registered_at=START, registered_by=None,
    )  # fmt: skip
    return Enquiry.register(entry, Sheets(caller=None, place=None, question={}), Due(START, due(START)), None)


class EnquiryMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.now, self.enquiry = START, enquiry()
        self.facts: list[str] = []

    def _try(self, action: str, *arguments: Any) -> None:
        one = self.enquiry
        before = (one.state, one.version, one.assigned_to, one.given_at, one.delivery)
        try:
            getattr(one, action)(*arguments)
        except DomainError:
            after = (one.state, one.version, one.assigned_to, one.given_at, one.delivery)
            assert before == after, "a refused step changed something"

    @rule(hours=st.integers(1, 100))
    def wait(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule(who=people, instead_of=st.none() | people)
    def assign(self, who: UUID, instead_of: UUID | None) -> None:
        self._try("assign", who, instead_of, self.now)

    @rule()
    def serve(self) -> None:
        self._try("serve", self.now)

    @rule(delivery=st.sampled_from(Delivery))
    def answer(self, delivery: Delivery) -> None:
        self._try("answer", EnquiryChannel.PHONE, delivery, self.now, None, None)

    @rule()
    def told(self) -> None:
        self._try("told", EnquiryChannel.PHONE, self.now)

    @rule()
    def fail_to_deliver(self) -> None:
        self._try("not_delivered")

    @rule()
    def ask_on(self) -> None:
        self._try("ask", Due(self.now, due(self.now)), self.now)

    @rule()
    def close(self) -> None:
        self._try("close", EnquiryOutcome.HELPED_IN_FULL, {}, self.now)

    @invariant()
    def every_change_is_a_fact_with_the_next_sequence(self) -> None:
        for recorded in self.enquiry.take_recorded():
            self.facts.append(recorded.event.fact)
            assert recorded.sequence == len(self.facts)
        assert self.enquiry.version == len(self.facts)

    @invariant()
    def each_step_stands_on_the_one_before(self) -> None:
        for earlier, later in pairwise(ORDER):
            if later in self.facts:
                assert earlier in self.facts
                assert self.facts.index(earlier) < self.facts.index(later)

    @invariant()
    def nobody_has_an_answer_that_was_not_given(self) -> None:
        given = self.enquiry.delivery is Delivery.GIVEN
        assert given == (self.enquiry.given_at is not None)
        if self.enquiry.state is EnquiryState.CLOSED:
            assert given
        if self.enquiry.state is not EnquiryState.REGISTERED:
            assert self.enquiry.assigned_to in PEOPLE


EnquiryMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestEnquiry = EnquiryMachine.TestCase
