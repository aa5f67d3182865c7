"""From lines to visits: nothing lost, nothing doubled, as few visits as the rule allows."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from uuid import UUID

from contracts.cases import ServiceLine
from contracts.identifiers import DeliveryMode, ServiceGroup
from hypothesis import given
from hypothesis import strategies as st
from scheduling.pack import VisitRules
from scheduling.visits.demand import bundles, singles, still_due

counts = st.lists(st.tuples(st.integers(1, 12), st.sampled_from([20, 30, 45, 60])), min_size=1, max_size=5)


def lines(wanted: list[tuple[int, int]]) -> list[ServiceLine]:
    return [
        ServiceLine(
            line_id=UUID(int=number),
            service_code=f"s{number}",
            group=ServiceGroup.SOCIAL_MEDICAL,
            mode=DeliveryMode.HOME,
            count=count,
            minutes=minutes,
            skill="psychologist",
        )
        for number, (count, minutes) in enumerate(wanted, 1)
    ]


@given(counts, st.integers(1, 4), st.integers(60, 180))
def test_D4_07_every_occurrence_is_in_exactly_one_visit(
    wanted: list[tuple[int, int]], services: int, minutes: int
) -> None:
    rules = VisitRules(max_services=services, max_minutes=minutes)
    found = bundles(lines(wanted), {UUID(int=n): count for n, (count, _) in enumerate(wanted, 1)}, rules)
    brought = Counter(task.line_id for visit in found for task in visit)
    assert brought == {UUID(int=n): count for n, (count, _) in enumerate(wanted, 1)}
    for visit in found:
        assert len({task.line_id for task in visit}) == len(visit) <= services
        assert sum(task.minutes for task in visit) <= minutes


def test_D4_07_eight_and_eight_combine_into_eight_visits() -> None:
    found = bundles(lines([(8, 45), (8, 45)]), {UUID(int=1): 8, UUID(int=2): 8}, VisitRules())
    assert [len(visit) for visit in found] == [2] * 8


def test_sessions_of_several_lines_take_turns() -> None:
    found = singles(lines([(2, 30), (1, 30)]), {UUID(int=1): 2, UUID(int=2): 1})
    assert [visit[0].service_code for visit in found] == ["s1", "s2", "s1"]


def test_the_last_month_takes_what_is_left_and_an_earlier_one_its_share() -> None:
    (line,) = lines([(8, 45)])
    term = [date(2026, 3, 16) + timedelta(days=number) for number in range(20)]
    assert still_due(line, 0, term[:10], term, last_month=False) == 4
    assert still_due(line, 4, term, term, last_month=True) == 4
    assert still_due(line, 8, term, term, last_month=True) == 0
