"""The packs of the regions, and what a pack may not say."""

from typing import Any

import pytest
from cases.pack import CasesPack
from cases.programmes.draft import last_day
from cases.testing import MOSCOW, SMOLENSK, TODAY, pack
from contracts.identifiers import Accounting, ProgrammeKind, ServiceGroup
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from workdays import Calendar, Term, TermKind


def test_D4_07_the_month_card_of_smolensk_asks_for_8_and_8_and_its_template_offers_them() -> None:
    rules = pack(SMOLENSK).programmes[ProgrammeKind.IKSRA]
    assert rules.minimum == {ServiceGroup.SOCIAL_MEDICAL: 8, ServiceGroup.PSYCHOLOGICAL_PEDAGOGICAL: 8}
    assert rules.accounting is Accounting.HOME_SERVICE
    assert rules.term == Term(TermKind.MONTHS, 1)


def broken(change: Any) -> dict[str, Any]:
    content = pack(SMOLENSK).model_dump(mode="json", exclude_unset=True)
    content["programmes"]["iksra"]["term"] = {"months": 1}
    change(content)
    return content


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda c: c["programmes"]["iksra"]["template"].pop(0), "the minimum is 8"),
        (lambda c: c["programmes"]["iksra"]["template"][0].update(service="massage"), "not in the catalogue: massage"),
        (lambda c: c["programmes"]["iksra"].update(requires=["eligibility"]), "no such step: eligibility"),
        (lambda c: c["steps"].update(documents=["team"]), "does not stand before it: team"),
        (lambda c: c.update(colour="blue"), "Extra inputs"),
    ],
)
def test_a_pack_that_contradicts_itself_is_refused(change: Any, complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        CasesPack.model_validate(broken(change))


def test_an_unbroken_pack_survives_the_round_trip() -> None:
    assert CasesPack.model_validate(broken(dict.copy)).programmes == pack(SMOLENSK).programmes


@pytest.mark.parametrize("region", [MOSCOW, SMOLENSK])
def test_every_required_consent_has_a_text(region: str) -> None:
    rules = pack(region).consents
    assert rules.required <= rules.texts.keys()


@given(st.dates(TODAY.replace(year=2024), TODAY.replace(year=2028)))
def test_D4_06_a_month_is_28_to_31_days_and_the_next_month_starts_the_day_after(starts_on: Any) -> None:
    ends_on = last_day(starts_on, Term(TermKind.MONTHS, 1), Calendar.load())
    assert 27 <= (ends_on - starts_on).days <= 30
    assert (ends_on - starts_on).days in {27, 28, 29, 30}
