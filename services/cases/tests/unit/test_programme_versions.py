"""A programme as a state machine: whatever people try, the versions stay in order (D2-24, D4-05, D4-09)."""

from datetime import date
from uuid import uuid4

import pytest
from cases.programmes.content import Content, Goal, Line
from cases.programmes.model import Programme, ProgrammeState
from cases.testing import KEY, MOSCOW, NOW, SMOLENSK, TODAY, opened_file, pack
from chassis.errors import DomainError
from contracts.cases import ProgrammeApproved, ProgrammeDrafted, ProgrammeSigned
from contracts.identifiers import ConsentForm, DeliveryMode, ProgrammeKind, ServiceGroup
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

RULES = pack(SMOLENSK).programmes[ProgrammeKind.IKSRA]
LAST = date(2026, 4, 1)
GOAL = Goal(
    id=uuid4(),
    words="Сам держит ложку",
    routine="feeding",
    icf_category="d550",
    criterion="Три раза из пяти",
    due_on=LAST,
)


def line(group: ServiceGroup, count: int, mode: DeliveryMode = DeliveryMode.HOME) -> Line:
    return Line(
        id=uuid4(),
        service="motor_session",
        group=group,
        skill="motor_specialist",
        mode=mode,
        starts_on=TODAY,
        ends_on=LAST,
        content="Занятие",
        minutes=45,
        count=count,
        periodicity="2 раза в неделю",
        result="Навык закреплён",
    )


def content(medical: int = 8, pedagogical: int = 8, mode: DeliveryMode = DeliveryMode.HOME) -> Content:
    lines = (
        line(ServiceGroup.SOCIAL_MEDICAL, medical, mode),
        line(ServiceGroup.PSYCHOLOGICAL_PEDAGOGICAL, pedagogical, mode),
    )
    return Content(starts_on=TODAY, ends_on=LAST, lines=lines)


def drawn_up(of: Content) -> Programme:
    return Programme.draw_up(uuid4(), opened_file(SMOLENSK), ProgrammeKind.IKSRA, of, KEY, uuid4(), NOW)


def approve(programme: Programme) -> None:
    programme.approve(RULES, opened_file(SMOLENSK), uuid4(), NOW, None, None)


class ProgrammeLife(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.programme = drawn_up(content())
        self.approvals = 0

    def _try(self, act: "object", allowed: bool) -> None:
        before = [(v.number, v.state) for v in self.programme.versions]
        if allowed:
            act()  # type: ignore[operator]
        else:
            with pytest.raises(DomainError):
                act()  # type: ignore[operator]
            assert [(v.number, v.state) for v in self.programme.versions] == before

    @rule(medical=st.integers(1, 12))
    def edit(self, medical: int) -> None:
        open_one = self.programme.latest.state in {ProgrammeState.DRAFT, ProgrammeState.SIGNED}
        self._try(lambda: self.programme.edit(content(medical), KEY), open_one)

    @rule()
    def sign(self) -> None:
        allowed = self.programme.latest.state is ProgrammeState.DRAFT
        self._try(lambda: self.programme.sign(ConsentForm.PAPER, TODAY, None), allowed)

    @rule()
    def approve(self) -> None:
        latest = self.programme.latest
        enough = latest.content.offered(ServiceGroup.SOCIAL_MEDICAL, RULES.modes) >= 8
        allowed = latest.state is ProgrammeState.SIGNED and enough
        self._try(lambda: approve(self.programme), allowed)
        self.approvals += allowed

    @rule()
    def correct(self) -> None:
        allowed = self.programme.latest.state is ProgrammeState.APPROVED
        self._try(lambda: self.programme.correct(None, NOW), allowed)

    @precondition(lambda self: self.approvals > 2)
    @rule()
    def finish(self) -> None:
        allowed = self.programme.in_force is not None
        self._try(lambda: self.programme.finish(LAST), allowed)

    @invariant()
    def numbers_are_consecutive_and_only_the_last_one_is_open(self) -> None:
        versions = self.programme.versions
        assert [v.number for v in versions] == list(range(1, len(versions) + 1))
        assert all(v.state not in {ProgrammeState.DRAFT, ProgrammeState.SIGNED} for v in versions[:-1])

    @invariant()
    def at_most_one_version_is_in_force(self) -> None:
        assert sum(v.state is ProgrammeState.APPROVED for v in self.programme.versions) <= 1

    @invariant()
    def whatever_is_in_force_was_signed_and_meets_the_minimum(self) -> None:
        version = self.programme.in_force
        if version is not None:
            assert version.signed_on is not None
            assert version.approved_at is not None
            assert version.content.offered(ServiceGroup.SOCIAL_MEDICAL, RULES.modes) >= 8

    @invariant()
    def every_change_is_a_fact(self) -> None:
        facts = self.programme.__dict__["_recorded"]
        assert self.programme.version == len(facts)
        approvals = [event for _, event, _ in facts if isinstance(event, ProgrammeApproved)]
        assert [event.programme_version for event in approvals] == sorted({e.programme_version for e in approvals})


ProgrammeLife.TestCase.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
TestProgrammeLife = ProgrammeLife.TestCase


@pytest.mark.parametrize(("medical", "pedagogical", "rules"), [(7, 8, 1), (8, 7, 1), (0, 0, 2), (7, 7, 2)])
def test_D4_07_each_group_below_the_minimum_is_named(medical: int, pedagogical: int, rules: int) -> None:
    short = content(max(medical, 1), max(pedagogical, 1))
    programme = drawn_up(short)
    programme.sign(ConsentForm.PAPER, TODAY, None)
    with pytest.raises(DomainError) as refusal:
        approve(programme)
    assert (refusal.value.slug, len(refusal.value.errors)) == ("programme_below_minimum", rules)


def test_D4_07_services_at_a_point_do_not_reach_the_minimum() -> None:
    programme = drawn_up(content(20, 20, DeliveryMode.POINT))
    programme.sign(ConsentForm.PAPER, TODAY, None)
    with pytest.raises(DomainError, match="programme_below_minimum"):
        approve(programme)


def test_D2_24_an_iprp_needs_goals() -> None:
    rules = pack(MOSCOW).programmes[ProgrammeKind.IPRP]
    programme = drawn_up(content())
    programme.sign(ConsentForm.PAPER, TODAY, None)
    with pytest.raises(DomainError, match="programme_incomplete"):
        programme.check_complete(rules)


def test_an_edit_takes_the_signature_away() -> None:
    programme = drawn_up(content())
    programme.sign(ConsentForm.PAPER, TODAY, uuid4())
    programme.edit(content(9), KEY)
    assert (programme.latest.state, programme.latest.signed_on, programme.latest.signed_form) == (
        ProgrammeState.DRAFT,
        None,
        None,
    )


def test_the_facts_carry_counts_and_no_words() -> None:
    programme = drawn_up(content().model_copy(update={"goals": (GOAL,)}))
    programme.sign(ConsentForm.PAPER, TODAY, None)
    approve(programme)
    facts = [event for _, event, _ in programme.__dict__["_recorded"]]
    assert [type(fact) for fact in facts] == [ProgrammeDrafted, ProgrammeSigned, ProgrammeApproved]
    assert not any("ложку" in fact.model_dump_json() or "d550" in fact.model_dump_json() for fact in facts)


def test_at_rest_the_words_are_sealed_and_a_correction_starts_with_them() -> None:
    full = content().model_copy(update={"goals": (GOAL,)})
    programme = drawn_up(full)
    programme.sign(ConsentForm.PAPER, TODAY, None)
    approve(programme)
    programme.correct(None, NOW)
    for version in programme.versions:
        at_rest = version.content.model_dump_json() + version.words.model_dump_json()
        assert not any(word in at_rest for word in ("ложку", "d550", "feeding", "Занятие", "Навык"))
        assert version.open_words(KEY) == full.words
        assert (version.content.goals, len(version.content.lines)) == (1, 2)
