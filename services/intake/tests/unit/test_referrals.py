"""Referrals without a database: states, grounds, routing, SNILS."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from chassis.errors import DomainError
from chassis.http.validation import RuleError
from chassis.regions import BrokenPackError
from contracts.access import FieldGroup
from contracts.identifiers import AgeBand, ConsentForm, FindingWay
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from intake.extracts.commands.return_executions import content
from intake.extracts.model import IpraReturn
from intake.finding.grounds import WrittenConsent, check_covered, outgoing_groups, require_listed
from intake.finding.ladder_pack import OutreachPack
from intake.finding.referrals_pack import ReferralsPack
from intake.outreach.routing import Operator, route
from intake.particulars import snils
from intake.referrals.model.referral import Referral, ReferralState, Told
from intake.terms import computed
from intake.testing import REGIONS, directory_pack, finding_packs, region
from pydantic import ValidationError

IRKUTSK, ANGARSK = "irkutsk", "irkutsk/angarsk"
START = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
TODAY = date(2026, 3, 2)
PACK = finding_packs().of(ReferralsPack, IRKUTSK)


def received() -> Referral:
    told = Told(
        id=uuid4(),
        number="МВ-2026-000001",
        region=IRKUTSK,
        territory=ANGARSK,
        kind="family_signal",
        department="health",
        way=FindingWay.HEALTH_INSTITUTION,
        branch=None,
        organisation_id=uuid4(),
        serving_organisation_id=uuid4(),
        outgoing=False,
        by_api=False,
        ground="incoming-signal",
        groups=["contact"],
        consent=None,
        consent_id=None,
        protocol_on=None,
        child_id=uuid4(),
        representative_id=uuid4(),
        person_digest="0",
        age_band=AgeBand.EARLY,
        received_at=START,
        child={},
        family={},
        words=None,
        health=None,
    )
    return Referral.receive(told, computed(PACK.terms.answer, START, region(IRKUTSK), ANGARSK))


def test_D3_23_the_pack_names_the_five_ministries() -> None:
    named = {department.code for department in PACK.departments}
    assert named == {"social", "health", "education", "labour", "justice"}
    assert {partner.department for partner in PACK.partners} >= {"health", "education", "labour", "justice"}


def test_D2_06_the_road_map_of_three_departments_has_orders_with_dates() -> None:
    moscow = finding_packs().of(ReferralsPack, "moscow-early-help")
    assert [order.date for order in moscow.road_map.orders] == [date(2021, 7, 2), date(2022, 6, 27)]
    assert {step.department for step in moscow.road_map.steps} == {"health", "social", "education"}


def test_D0_10_every_partner_of_a_pack_stands_in_the_directory() -> None:
    for code, pack in finding_packs().all(ReferralsPack).items():
        known = {organisation.code for organisation in directory_pack(code).organisations}
        assert {partner.organisation for partner in pack.partners} <= known
        assert pack.fallback_organisation in known


@pytest.mark.parametrize(
    ("kept", "taken", "refusal"),
    [
        ("  - {code: family_signal, ", "opens_outreach: true, ", "outreach.yaml"),
        ('  - {band: "18+"', ", years: 30", "age_bands"),
    ],
)
def test_a_region_of_signals_only_opens_no_ladder_and_names_its_ages(
    tmp_path: Path, kept: str, taken: str, refusal: str
) -> None:
    told = (REGIONS / "moscow-oblast" / "referrals.yaml").read_text(encoding="utf-8")
    (tmp_path / "moscow-oblast").mkdir()
    (tmp_path / "moscow-oblast" / "referrals.yaml").write_text(told.replace(kept, kept + taken), encoding="utf-8")
    with pytest.raises(BrokenPackError, match=refusal):
        finding_packs(tmp_path)


def test_a_pack_whose_ground_is_nowhere_is_refused() -> None:
    values = PACK.model_dump(mode="json") | {"terms": {"answer": "same_working_day"}}
    steps = [{**step, "term": "same_working_day"} for step in values["road_map"]["steps"]]
    values["road_map"] = {**values["road_map"], "steps": steps}
    values["extracts"] = {**values["extracts"], "ground": "nowhere"}
    with pytest.raises(ValidationError, match="no ground nowhere"):
        ReferralsPack.model_validate(values)


def test_D3_26_data_leave_on_a_listed_ground_for_that_purpose_and_department_only() -> None:
    groups = outgoing_groups("state-service", None, "service_request", "education", PACK, TODAY)
    assert groups == {FieldGroup.CONTACT}
    for ground, purpose, department in (
        (None, "service_request", "education"),
        ("state-service", "family_signal", "education"),
        ("state-service", "service_request", "justice"),
        ("moon-phase", "service_request", "education"),
    ):
        with pytest.raises(DomainError, match="ground_missing"):
            outgoing_groups(ground, None, purpose, department, PACK, TODAY)


def test_D3_26_the_proofs_of_notification_leave_on_a_listed_ground_only() -> None:
    wanted = ("notification_proof", "social", frozenset({FieldGroup.CONTACT}))
    for region_with_ladder in finding_packs().all(OutreachPack):
        require_listed(*wanted, finding_packs().of(ReferralsPack, region_with_ladder))
    bare = PACK.model_copy(update={"grounds": tuple(g for g in PACK.grounds if g.code != "state-service")})
    with pytest.raises(DomainError, match="ground_missing"):
        require_listed(*wanted, bare)
    with pytest.raises(DomainError, match="ground_missing"):
        require_listed("notification_proof", "social", frozenset({FieldGroup.HEALTH}), PACK)


def test_D3_26_a_group_the_ground_does_not_name_stays_here() -> None:
    with pytest.raises(DomainError, match="ground_too_narrow"):
        check_covered({FieldGroup.CONTACT: 1, FieldGroup.HEALTH: "диагноз"}, frozenset({FieldGroup.CONTACT}))


@pytest.mark.parametrize("form", [ConsentForm.TICK, ConsentForm.SIMPLE_SIGNATURE])
def test_D3_26_only_a_written_consent_lets_data_out(form: ConsentForm) -> None:
    with pytest.raises(DomainError, match="consent_missing"):
        outgoing_groups("consent", WrittenConsent(form=form, given_on=TODAY), "family_signal", "health", PACK, TODAY)
    paper = WrittenConsent(form=ConsentForm.PAPER, given_on=TODAY, groups=frozenset({FieldGroup.HEALTH}))
    assert outgoing_groups("consent", paper, "family_signal", "health", PACK, TODAY) == {FieldGroup.HEALTH}


def test_D3_25_a_signal_of_neglect_goes_by_its_own_law() -> None:
    kind = PACK.kind("neglect_signal")
    assert kind is not None
    assert kind.branch == "120-fz"
    ground = PACK.ground("prevention")
    assert ground is not None
    assert "120-ФЗ" in ground.law


def operator(code: str, *territories: str, load: int = 0) -> Operator:
    served = frozenset(f"irkutsk/{territory}" for territory in territories)
    return Operator(UUID(int=hash(code) % 2**64), code, served, frozenset({AgeBand.CHILDHOOD}), load)


def test_several_operators_of_one_town_share_by_load_and_one_may_serve_two_districts() -> None:
    here = [operator("a", "town", load=2), operator("b", "town", load=1), operator("c", "east", "west")]
    nowhere = UUID(int=0)
    routed = route("irkutsk", "irkutsk/town", AgeBand.CHILDHOOD, here, nowhere)
    assert routed.organisation_id == here[1].organisation_id
    assert "меньше всего семей" in routed.ru
    for district in ("east", "west"):
        only = route("irkutsk", f"irkutsk/{district}", AgeBand.CHILDHOOD, here, nowhere)
        assert (only.organisation_id, only.rule) == (here[2].organisation_id, "only")
    assert route("irkutsk", "irkutsk/moon", AgeBand.CHILDHOOD, here, nowhere).rule == "fallback"
    assert route("irkutsk", "irkutsk", AgeBand.CHILDHOOD, here, nowhere).rule == "fallback"


@given(st.integers(1_001_999, 999_999_999))
def test_a_snils_with_a_wrong_digit_is_refused(number: int) -> None:
    nine = f"{number:09d}"
    good = nine + snils.check_digits(nine)
    assert snils.normalised(f"{good[:3]}-{good[3:6]}-{good[6:9]} {good[9:]}") == good
    with pytest.raises(RuleError):
        snils.normalised(nine + f"{(int(good[9:]) + 1) % 100:02d}")


class ReferralMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.now, self.referral, self.facts = START, received(), list[str]()

    def _try(self, action: str, *arguments: object) -> None:
        before = (self.referral.state, self.referral.version)
        try:
            getattr(self.referral, action)(*arguments)
        except DomainError:
            assert before == (self.referral.state, self.referral.version)

    @rule(hours=st.integers(1, 60))
    def wait(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule()
    def accept(self) -> None:
        self._try("accept", self.now, None)

    @rule()
    def decline(self) -> None:
        self._try("decline", "not_ours", self.now)

    @rule()
    def revoke(self) -> None:
        self._try("revoke", "by_mistake", self.now)

    @rule()
    def complete(self) -> None:
        self._try("complete", "served", self.now)

    @rule()
    def escalate(self) -> None:
        self.referral.escalate(self.now)
        # The timer fires at the due time itself; an answer comes in another transaction, so later.
        self.now += timedelta.resolution

    @invariant()
    def T13_it_is_answered_once_and_ends_once_each_change_a_fact(self) -> None:
        for recorded in self.referral.take_recorded():
            self.facts.append(recorded.event.fact)
            assert recorded.sequence == len(self.facts)
        assert self.referral.version == len(self.facts)
        assert self.facts.count("accepted") + self.facts.count("declined") <= 1
        ended = sum(self.facts.count(fact) for fact in ("declined", "revoked", "done"))
        assert ended == (self.referral.closed_at is not None) <= 1
        assert self.facts.count("done") <= self.facts.count("accepted")

    @invariant()
    def it_is_overdue_at_most_once_and_only_unanswered(self) -> None:
        assert self.facts.count("answer_overdue") <= 1
        if self.referral.escalated_at and self.referral.answered_at:
            assert self.referral.answered_at > self.referral.due_at
        if self.referral.state is ReferralState.RECEIVED:
            assert self.referral.standing(self.now) is not None


ReferralMachine.TestCase.settings = settings(max_examples=50, stateful_step_count=25, deadline=None)
TestReferral = ReferralMachine.TestCase


def test_D3_24_the_file_for_the_bureau_bears_the_day_it_is_in_the_region() -> None:
    evening_in_utc = datetime(2026, 3, 1, 17, 0, tzinfo=UTC)
    made = IpraReturn(id=uuid4(), made_at=evening_in_utc, lines=[["1/2026", "2026-02-20", 1, True, "2026-02-28", None]])
    assert b'madeOn="2026-03-02"' in content(made, ZoneInfo("Asia/Irkutsk"))
