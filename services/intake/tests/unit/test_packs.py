"""The committed packs, and what a pack must not say."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from contracts.identifiers import AgeBand, Purpose
from intake.applications.pack import REQUIRED_FIELDS, IntakePack
from intake.directory.pack import DirectoryPack
from intake.testing import MOSCOW, SMOLENSK, directory_pack, intake_pack, region
from pydantic import ValidationError


def changed(**changes: Any) -> dict[str, Any]:
    pack = intake_pack()
    return {**{name: getattr(pack, name) for name in IntakePack.model_fields}, **changes}


@pytest.mark.parametrize("code", [MOSCOW, SMOLENSK])
def test_D2_16_the_form_has_eleven_fields_six_of_them_required(code: str) -> None:
    assert len(intake_pack(code).form.fields) == 11
    assert len(REQUIRED_FIELDS) == 6


@pytest.mark.parametrize("code", [MOSCOW, SMOLENSK])
def test_D2_14_three_triggers_and_D2_15_removed_barriers_are_told(code: str) -> None:
    assert len([one for one in intake_pack(code).form.triggers if not one.by_doctor]) == 3
    assert intake_pack(code).form.removed_barriers


@pytest.mark.parametrize("code", [MOSCOW, SMOLENSK])
def test_every_name_of_a_pack_leads_somewhere(code: str) -> None:
    organisations = {entry.code: entry for entry in directory_pack(code).organisations}
    territories = {territory.code for territory in region(code).territories}
    assert intake_pack(code).coordinating_organisation in organisations
    for entry in organisations.values():
        assert {entry.territory, *entry.serves} <= territories
    for person in directory_pack(code).staff:
        assert person.territories <= territories


def test_a_consent_text_is_known_by_its_hash() -> None:
    text = intake_pack().consent(Purpose.CONTACT)
    assert text is not None
    assert text.text_hash == hashlib.sha256(text.text.encode()).hexdigest()


def test_a_pack_that_leaves_an_age_band_without_an_answer_is_refused() -> None:
    with pytest.raises(ValidationError, match="no service and no redirect for 3-18"):
        IntakePack.model_validate(changed(redirects=intake_pack().redirects[1:]))


def test_a_pack_without_a_required_consent_for_contact_is_refused() -> None:
    with pytest.raises(ValidationError, match="required consent for the purpose contact"):
        IntakePack.model_validate(changed(consents=()))


def test_a_pack_whose_form_lacks_a_field_is_refused() -> None:
    form = intake_pack().form.model_copy(update={"fields": {}})
    with pytest.raises(ValidationError, match="the form lacks"):
        IntakePack.model_validate(changed(form=form))


def test_a_directory_that_employs_people_nowhere_is_refused() -> None:
    lost = {"login": "a", "name": "А", "position": "б", "roles": ["head"], "organisation": "nowhere"}
    with pytest.raises(ValidationError, match="no organisation nowhere"):
        DirectoryPack.model_validate({"organisations": [], "staff": [lost]})


def test_the_last_age_band_has_no_end() -> None:
    limits = [{"band": AgeBand.EARLY, "years": 4}]
    with pytest.raises(ValidationError, match="last age band must have no end"):
        IntakePack.model_validate(changed(age_bands=limits))
