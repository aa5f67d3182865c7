"""The forecast of the month's quota (D4-07), as laws."""

from collections.abc import Sequence
from datetime import date, timedelta

from cases.deliveries.quota import Awaited, Done, GroupQuota, Term, days_left, forecast
from contracts.identifiers import Accounting, DeliveryMode, ServiceGroup
from hypothesis import given
from hypothesis import strategies as st

FIRST = date(2026, 3, 2)
TERM = Term(FIRST, date(2026, 4, 1))
REQUIRED = {ServiceGroup.SOCIAL_MEDICAL: 8, ServiceGroup.PSYCHOLOGICAL_PEDAGOGICAL: 8}

DAYS = st.integers(-5, 40).map(lambda n: FIRST + timedelta(days=n))
GROUPS = st.sampled_from(ServiceGroup)
MODES = st.sampled_from(DeliveryMode)
DONE = st.builds(Done, DAYS, GROUPS, MODES, st.sampled_from(Accounting))
AWAITED = st.builds(Awaited, DAYS, MODES, st.lists(GROUPS, max_size=3).map(tuple), st.booleans())
PAUSES = st.builds(lambda first, n: Term(first, first + timedelta(days=n)), DAYS, st.integers(0, 14))
DONES, VISITS, ILL = st.lists(DONE, max_size=30), st.lists(AWAITED, max_size=30), st.lists(PAUSES, max_size=3)


def now(
    done: Sequence[Done] = (), awaited: Sequence[Awaited] = (), ill: Sequence[Term] = ()
) -> dict[ServiceGroup, GroupQuota]:
    return {quota.group: quota for quota in forecast(REQUIRED, TERM, done, awaited, ill)}


@given(DONES, VISITS, ILL)
def test_nothing_is_missing_exactly_when_done_and_planned_reach_the_minimum(
    done: list[Done], awaited: list[Awaited], ill: list[Term]
) -> None:
    for quota in now(done, awaited, ill).values():
        assert quota.shortfall >= 0
        assert (quota.shortfall == 0) == (quota.done + quota.planned >= quota.required)


@given(DONES, VISITS, ILL, DONE)
def test_one_more_delivered_service_never_makes_it_worse(
    done: list[Done], awaited: list[Awaited], ill: list[Term], more: Done
) -> None:
    before, after = now(done, awaited, ill), now([*done, more], awaited, ill)
    assert all(after[group].shortfall <= quota.shortfall for group, quota in before.items())


@given(DONES, VISITS, DAYS, GROUPS)
def test_D4_07_a_trip_changes_nothing(done: list[Done], awaited: list[Awaited], day: date, group: ServiceGroup) -> None:
    trip = Done(day, group, DeliveryMode.POINT, Accounting.URGENT_SERVICE)
    assert now([*done, trip], awaited) == now(done, awaited)


@given(DONES, VISITS, ILL)
def test_an_illness_moves_visits_from_planned_to_postponed_and_loses_none(
    done: list[Done], awaited: list[Awaited], ill: list[Term]
) -> None:
    well, sick = now(done, awaited), now(done, awaited, ill)
    for group, quota in well.items():
        assert quota.planned + quota.postponed == sick[group].planned + sick[group].postponed
        assert sick[group].planned <= quota.planned
        assert sick[group].done == quota.done


@given(VISITS)
def test_an_illness_until_the_end_leaves_nothing_planned(awaited: list[Awaited]) -> None:
    assert all(quota.planned == 0 for quota in now((), awaited, [TERM]).values())


@given(VISITS, st.randoms())
def test_the_order_of_events_does_not_matter(awaited: list[Awaited], random: "object") -> None:
    shuffled = list(awaited)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert now((), shuffled) == now((), awaited)


@given(DONES, VISITS, ILL)
def test_every_number_equals_a_recount_by_hand(done: list[Done], awaited: list[Awaited], ill: list[Term]) -> None:
    at_home = {DeliveryMode.HOME, DeliveryMode.REMOTE}
    for group, quota in now(done, awaited, ill).items():
        given_at_home = [d for d in done if d.mode in at_home and d.accounting == "home_service"]
        assert quota.done == sum(d.group == group and TERM.first <= d.day <= TERM.last for d in given_at_home)
        ahead = [v for v in awaited if v.mode in at_home and not v.postponed and TERM.first <= v.day <= TERM.last]
        well = [v for v in ahead if not any(p.first <= v.day <= p.last for p in ill)]
        assert quota.planned == sum(v.groups.count(group) for v in well)


@given(st.integers(-3, 35), ILL)
def test_days_left_are_days_of_the_term_on_which_the_child_is_well(after: int, ill: list[Term]) -> None:
    today = FIRST + timedelta(days=after)
    days = [FIRST + timedelta(days=n) for n in range(31)]
    free = [day for day in days if day >= today and not any(p.first <= day <= p.last for p in ill)]
    assert days_left(TERM, today, ill) == len(free)
