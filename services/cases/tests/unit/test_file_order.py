"""The order of the first appointment on the aggregate itself, and the grounds of processing."""

from collections.abc import Callable
from datetime import date
from uuid import uuid4

import pytest
from cases.files.model import CaseFile, Consent, Eligibility, Ippsu, SeenDocuments
from cases.pack import CasesPack, Step
from cases.testing import MOSCOW, NOW, SMOLENSK, TODAY, opened_file, pack
from chassis.errors import DomainError
from contracts.cases import CaseFileOpened
from contracts.identifiers import ConsentForm, Purpose
from hypothesis import given
from hypothesis import strategies as st


def see(file: CaseFile, of: CasesPack) -> None:
    kinds = ("passport", "birth_certificate")
    file.see_documents(SeenDocuments(kinds=kinds, authority="parent", seen_by=uuid4(), seen_at=NOW), of)


def consent(purpose: Purpose = Purpose.HEALTH, form: ConsentForm = ConsentForm.PAPER) -> Consent:
    return Consent(id=uuid4(), representative_id=uuid4(), purpose=purpose, form=form, given_on=TODAY, recorded_at=NOW)


def ippsu(issued_on: date, valid_until: date) -> Ippsu:
    return Ippsu(id=uuid4(), number="1", issued_on=issued_on, valid_until=valid_until, issuer="Отдел")


def assess(file: CaseFile, of: CasesPack) -> None:
    file.require_before(Step.ASSESSMENT, TODAY, of)
    file.note_assessment(TODAY)


ACTS: dict[Step, Callable[[CaseFile, CasesPack], object]] = {
    Step.DOCUMENTS: see,
    Step.CONSENTS: lambda file, of: file.record_consent(consent(), TODAY, of),
    Step.ASSESSMENT: assess,
    Step.ELIGIBILITY: lambda file, of: file.recognise(
        Eligibility(eligible=True, decided_on=TODAY, decided_by=uuid4()), of
    ),
    Step.TEAM: lambda file, of: file.fix_team([uuid4()], [uuid4()], TODAY, of),
}


@given(st.lists(st.sampled_from(list(ACTS)), max_size=12))
def test_D2_20_whatever_is_tried_the_steps_are_done_in_the_regions_order(tries: list[Step]) -> None:
    of = pack(MOSCOW)
    file, done = opened_file(MOSCOW), set[Step]()
    for step in tries:
        if set(of.steps[step]) <= done:
            ACTS[step](file, of)
            done.add(step)
        else:
            with pytest.raises(DomainError, match="step_out_of_order"):
                ACTS[step](file, of)
    assert file.done(TODAY, of) == done


def test_D0_32_a_file_opens_with_exactly_one_coordinator() -> None:
    file = opened_file()
    ((_, fact, sequence),) = file.__dict__["_recorded"]
    assert isinstance(fact, CaseFileOpened)
    assert (sequence, fact.coordinator_id) == (1, file.coordinator_id)
    assert CaseFile.__table__.c.coordinator_id.nullable is False


@pytest.mark.parametrize("form", [ConsentForm.TICK, ConsentForm.SIMPLE_SIGNATURE])
def test_only_a_written_consent_stands_for_a_purpose(form: ConsentForm) -> None:
    file = opened_file()
    file.consents.append(consent(form=form))
    assert file.purposes(TODAY, pack(MOSCOW)) == frozenset()
    file.consents.append(consent(form=ConsentForm.QUALIFIED_SIGNATURE))
    assert file.purposes(TODAY, pack(MOSCOW)) == {Purpose.HEALTH}


def test_an_ippsu_is_a_ground_while_it_is_in_force_and_no_longer() -> None:
    of, file = pack(SMOLENSK), opened_file(SMOLENSK)
    see(file, of)
    file.record_ippsu(ippsu(date(2026, 1, 1), date(2026, 3, 10)), TODAY, of)
    assert Purpose.SOCIAL_SERVICE in file.purposes(date(2026, 3, 10), of)
    assert Purpose.SOCIAL_SERVICE not in file.purposes(date(2026, 3, 11), of)
    with pytest.raises(DomainError, match="consent_missing"):
        file.require_ground(Purpose.SOCIAL_SERVICE, date(2026, 3, 11), of)


def test_a_withdrawn_consent_leaves_the_other_ground_standing() -> None:
    of, file = pack(SMOLENSK), opened_file(SMOLENSK)
    see(file, of)
    entry = consent(Purpose.SOCIAL_SERVICE)
    file.record_consent(entry, TODAY, of)
    file.withdraw_consent(entry.id, None, NOW)
    assert Purpose.SOCIAL_SERVICE not in file.purposes(TODAY, of)
    file.record_ippsu(ippsu(TODAY, date(2028, 1, 1)), TODAY, of)
    assert Purpose.SOCIAL_SERVICE in file.purposes(TODAY, of)


def test_dates_in_the_future_are_no_facts() -> None:
    of, file = pack(SMOLENSK), opened_file(SMOLENSK)
    see(file, of)
    with pytest.raises(DomainError, match="date_in_future"):
        file.record_ippsu(ippsu(date(2026, 3, 3), date(2028, 1, 1)), TODAY, of)
