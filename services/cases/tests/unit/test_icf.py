"""What a category and a qualifier of the ICF may be (REQUIREMENTS 3.5)."""

import pytest
from cases.assessments.icf import CHAPTERS, Finding, Qualifier, chapter
from cases.assessments.model import Findings
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError


@pytest.mark.parametrize("category", ["b152", "d450", "e310", "s110", "d4501", "b11420", "d999"])
def test_a_category_of_a_known_chapter_is_taken(category: str) -> None:
    assert Finding(category=category, qualifier=Qualifier.MILD).category == category


@pytest.mark.parametrize(
    "category", ["", "d4", "d45", "D450", "a450", "b952", "e610", "s910", "d05", "d450.2", "d450 ", "d405", "b114200"]
)
def test_anything_else_is_not(category: str) -> None:
    with pytest.raises(ValidationError):
        Finding(category=category, qualifier=Qualifier.MILD)


@pytest.mark.parametrize("qualifier", [5, 6, 7, -1, 10])
def test_qualifiers_are_0_to_4_8_and_9(qualifier: int) -> None:
    with pytest.raises(ValidationError):
        Finding(category="d450", qualifier=qualifier)


@given(st.sampled_from(sorted(CHAPTERS)), st.integers(10, 99), st.sampled_from(list(Qualifier)))
def test_every_chapter_takes_every_qualifier(of: str, number: int, qualifier: Qualifier) -> None:
    finding = Finding(category=f"{of}{number}", qualifier=qualifier)
    assert chapter(finding.category) == of
    assert finding.code == f"{of}{number}.{int(qualifier)}"


def test_capacity_belongs_to_activities_and_facilitators_to_the_environment() -> None:
    assert Finding(category="d450", qualifier=Qualifier.MODERATE, capacity=Qualifier.SEVERE).code == "d450.23"
    assert Finding(category="e310", qualifier=Qualifier.SEVERE, facilitator=True).code == "e310+3"
    with pytest.raises(ValidationError):
        Finding(category="b152", qualifier=Qualifier.MILD, capacity=Qualifier.MILD)
    with pytest.raises(ValidationError):
        Finding(category="d450", qualifier=Qualifier.MILD, facilitator=True)


def test_one_finding_per_category() -> None:
    twice = Finding(category="d450", qualifier=Qualifier.MILD)
    with pytest.raises(ValidationError):
        Findings(findings=(twice, twice))
