"""How long before its due time a term is warned of."""

from datetime import timedelta

import pytest
from notifications.kinds import Term
from notifications.pack import EscalationRules
from pydantic import ValidationError


def test_a_long_term_is_warned_of_earlier_where_the_pack_says_so() -> None:
    rules = EscalationRules.model_validate({"warn_minutes": 60, "warn_minutes_of": {"outreach": 1440}})
    assert rules.warned_before(Term.OUTREACH) == timedelta(days=1)
    assert rules.warned_before(Term.CALL_BACK) == timedelta(hours=1)


@pytest.mark.parametrize("told", [{"moon": 60}, {"outreach": 0}, {"outreach": 14 * 24 * 60 + 1}])
def test_a_pack_names_known_terms_and_sensible_times(told: dict[str, int]) -> None:
    with pytest.raises(ValidationError):
        EscalationRules.model_validate({"warn_minutes": 60, "warn_minutes_of": told})
