"""T1: whatever two devices write without knowing of each other, no value vanishes."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from scheduling.fieldwork.merge import merge

FIELDS = ("outcome", "services")
reports = st.dictionaries(st.sampled_from(FIELDS), st.sampled_from(["a", "b", "c"]))
stamps = st.dictionaries(st.sampled_from(FIELDS), st.integers(1, 5))


@given(reports, stamps, st.integers(0, 5), reports)
def test_T1_every_offered_value_is_applied_equal_or_kept_as_a_conflict(
    current: dict[str, Any], changed_at: dict[str, int], base: int, offered: dict[str, Any]
) -> None:
    merged = merge(current, changed_at, base, offered)
    clashes = {clash.field: clash for clash in merged.clashes}
    for field, value in offered.items():
        if field in clashes:
            assert (clashes[field].kept, clashes[field].offered) == (current.get(field), value)
            assert changed_at[field] > base
        else:
            assert merged.applied.get(field, current.get(field)) == value
    assert clashes.keys().isdisjoint(merged.applied)


@given(reports, stamps, reports)
def test_who_saw_the_newest_version_never_conflicts(
    current: dict[str, Any], changed_at: dict[str, int], offered: dict[str, Any]
) -> None:
    assert merge(current, changed_at, max(changed_at.values(), default=0), offered).clashes == ()


@given(st.lists(st.tuples(st.integers(0, 6), reports), max_size=8))
def test_T1_over_any_sequence_of_devices_every_value_survives_somewhere(
    edits: list[tuple[int, dict[str, Any]]],
) -> None:
    current: dict[str, Any] = {}
    changed_at: dict[str, int] = {}
    written: set[tuple[str, str]] = set()
    survived: set[tuple[str, str]] = set()
    version = 1
    for base, offered in edits:
        seen = min(base, version)
        merged = merge(current, changed_at, seen, offered)
        for field in merged.applied:
            if field in current:
                # overwriting is allowed only by someone who saw the value
                assert changed_at[field] <= seen
                written.discard((field, current[field]))
        if merged.applied:
            version += 1
            current |= merged.applied
            changed_at |= dict.fromkeys(merged.applied, version)
        written |= set(offered.items())
        survived |= {(clash.field, clash.offered) for clash in merged.clashes}
        assert written <= survived | set(current.items())
