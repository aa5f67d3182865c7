"""Whatever people try in whatever order, an application keeps its promises."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import workdays
from chassis.errors import DomainError
from contracts.identifiers import CallOutcome
from contracts.personal import Contact, FileOpening
from contracts.sealed import Sealed
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from intake.applications.model.application import Application
from intake.applications.model.deadlines import DeadlineKind
from intake.applications.model.papers import CallAttempt, Papers
from intake.applications.states import OPEN_STATES, ApplicationState
from intake.terms import computed
from intake.testing import MOSCOW, filing_of, intake_pack, organisation, region

PEOPLE = [UUID(int=1), UUID(int=2)]
SERVICES = [organisation("early-help-north"), organisation("early-help-south")]
people = st.sampled_from(PEOPLE)
START = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)


def due(term: str, start: datetime) -> workdays.Deadline:
    return computed(getattr(intake_pack().terms, term), start, region(), MOSCOW)


def nothing(kind: type) -> Sealed:  # type: ignore[type-arg]
    return Sealed[kind](key_id=UUID(int=0), key_version=1, nonce="", ciphertext="")  # type: ignore[valid-type]


class ApplicationMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.now = START
        papers = Papers(representative={}, child={}, home=None, words=None, health=None)
        self.application = Application.submit(filing_of(START), papers, due("call_back", START), nothing(Contact))
        self.facts: list[str] = []

    def _try(self, action: str, *arguments: object) -> None:
        before = (self.application.state, self.application.version, self.application.coordinator_id)
        try:
            getattr(self.application, action)(*arguments)
        except DomainError:
            after = (self.application.state, self.application.version, self.application.coordinator_id)
            assert before == after, "a refused action changed something"

    @rule(hours=st.integers(1, 200))
    def wait(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule(who=people, instead_of=st.none() | people)
    def take(self, who: UUID, instead_of: UUID | None) -> None:
        self._try("take", who, instead_of, self.now)

    @rule(who=people, outcome=st.sampled_from(CallOutcome))
    def call(self, who: UUID, outcome: CallOutcome) -> None:
        made = CallAttempt(
            id=uuid4(),
            application_id=self.application.id,
            outcome=outcome,
            called_at=self.now,
            called_by=who,
            explanation_given=True,
        )
        self._try("call", made, due("first_appointment", self.now))

    @rule(who=people, service=st.sampled_from(SERVICES))
    def hand_over(self, who: UUID, service: UUID) -> None:
        self._try("hand_over", who, service, due("acceptance", self.now), self.now)

    @rule()
    def accept(self) -> None:
        self._try("accept", nothing(FileOpening), self.now)

    @rule()
    def give_back(self) -> None:
        self._try("return_to_coordinator", "no_capacity", self.now)

    @rule()
    def withdraw(self) -> None:
        self._try("withdraw", self.now)

    @invariant()
    def every_change_is_a_fact_with_the_next_sequence(self) -> None:
        for recorded in self.application.take_recorded():
            self.facts.append(recorded.event.fact)
            assert recorded.sequence == len(self.facts)
        assert self.application.version == len(self.facts)

    @invariant()
    def it_is_accepted_at_most_once_and_for_good(self) -> None:
        assert self.facts.count("accepted") == (self.application.state is ApplicationState.ACCEPTED)

    @invariant()
    def whoever_serves_was_asked_by_a_coordinator_who_reached_the_family(self) -> None:
        if self.application.state in {ApplicationState.HANDED_OVER, ApplicationState.ACCEPTED}:
            assert self.application.serving_organisation_id in SERVICES
            assert self.application.coordinator_id in PEOPLE
            assert self.application.deadline(DeadlineKind.CALL_BACK).done_at is not None

    @invariant()
    def an_open_application_always_has_a_deadline_somebody_must_meet(self) -> None:
        if self.application.state in OPEN_STATES:
            assert self.application.running()
            assert self.application.due_at in {row.due_at for row in self.application.running()}
        if self.application.state is ApplicationState.WITHDRAWN:
            assert not self.application.running()


ApplicationMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestApplication = ApplicationMachine.TestCase
