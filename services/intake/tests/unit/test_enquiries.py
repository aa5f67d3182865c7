"""Packs, words and rules of the journal without a database."""

from __future__ import annotations

from typing import Any

import pytest
from chassis.regions import load_packs
from contracts.identifiers import EnquiryChannel
from intake.enquiries.depersonal import personal
from intake.enquiries.pack import EnquiriesPack
from intake.enquiries.stems import stem, stems
from intake.testing import REGIONS, directory_pack, region
from intake.testing.enquiries import enquiries_pack
from pydantic import ValidationError

PACKS = sorted(load_packs(REGIONS, "enquiries", EnquiriesPack))


def changed(**changes: Any) -> dict[str, Any]:
    pack = enquiries_pack()
    return {**{name: getattr(pack, name) for name in EnquiriesPack.model_fields}, **changes}


@pytest.mark.parametrize("code", PACKS)
def test_D0_36_six_themes_and_D1_10_four_kinds_of_help_are_the_packs_dictionaries(code: str) -> None:
    pack = enquiries_pack(code)
    assert len({theme.code for theme in pack.themes}) == 6
    assert len({kind.code for kind in pack.help_kinds}) == 4


@pytest.mark.parametrize("code", PACKS)
def test_D1_13_both_status_codes_have_their_titles(code: str) -> None:
    assert enquiries_pack(code).statuses == {"sop": "СОП", "tzhs": "ТЖС"}


@pytest.mark.parametrize("code", PACKS)
def test_every_competent_person_and_journal_of_a_pack_is_in_its_directory(code: str) -> None:
    directory, pack = directory_pack(code), enquiries_pack(code)
    logins = {person.login for person in directory.staff}
    assert {entry.login for entry in pack.competence} <= logins
    assert {journal.organisation for journal in pack.journals} <= {o.code for o in directory.organisations}
    territories = {territory.code for territory in region(code).territories}
    assert all(entry.territories <= territories for entry in pack.competence)


@pytest.mark.parametrize("code", PACKS)
def test_D0_22_who_asks_is_told_where_to_write_to_take_the_consent_back(code: str) -> None:
    told, keeper = " ".join(enquiries_pack(code).form.consent.split()), enquiries_pack(code).journals[0].organisation
    (written_to,) = [one.address for one in directory_pack(code).organisations if one.code == keeper]
    assert f"({written_to})" in told.partition("письменным заявлением")[2]


@pytest.mark.parametrize("code", PACKS)
def test_D1_20_every_theme_has_somebody_competent(code: str) -> None:
    pack = enquiries_pack(code)
    for theme in pack.themes:
        assert [entry for entry in pack.competence if not entry.themes or theme.code in entry.themes]


def test_D1_29_a_pack_without_a_script_for_a_way_to_ask_is_refused() -> None:
    spoken = [script for script in enquiries_pack().scripts if EnquiryChannel.IN_PERSON not in script.channels]
    with pytest.raises(ValidationError, match="none for every question by in_person"):
        EnquiriesPack.model_validate(changed(scripts=spoken))


def test_D1_25_a_template_with_a_blank_nobody_fills_is_refused() -> None:
    template = {"code": "a", "title": "А", "text": "Здравствуйте, дорогой {name}, ждём вас."}
    with pytest.raises(ValidationError, match="blanks nobody fills in: name"):
        EnquiriesPack.model_validate(changed(templates=[template]))


def test_a_pack_without_a_journal_for_all_territories_is_refused() -> None:
    part = {"organisation": "point", "number_prefix": "А", "title": "А", "territories": ["artyn"]}
    with pytest.raises(ValidationError, match="one must be for all territories"):
        EnquiriesPack.model_validate(changed(journals=[part]))


def test_D0_04_an_extension_needs_its_number() -> None:
    with pytest.raises(ValidationError, match="extension needs a number"):
        EnquiriesPack.model_validate(changed(contacts=[{"channel": "phone", "title": "Т", "extension": "1"}]))


def test_a_journal_of_its_own_territory_goes_before_the_common_one() -> None:
    own = {"organisation": "point", "number_prefix": "АР", "title": "Артын", "territories": ["artyn"]}
    pack = EnquiriesPack.model_validate(changed(journals=[enquiries_pack().journals[0], own]))
    assert pack.journal_for("artyn").number_prefix == "АР"
    assert pack.journal_for("bergamak").number_prefix == "ОБР"


@pytest.mark.parametrize(
    ("one", "other"), [("ходунки", "ходунков"), ("Ёлкина", "елкиной"), ("справку", "справка"), ("путёвки", "путевка")]
)
def test_a_word_is_found_in_its_case_forms(one: str, other: str) -> None:
    assert stem(one) == stem(other)


def test_short_words_keep_what_tells_them_apart() -> None:
    assert stems(["дом дым мой"]) == ["дом", "дым", "мой"]


@pytest.mark.parametrize(
    "words",
    [
        "Как получить ходунки ребёнку?",
        "Вера в себя помогает. Надо заниматься.",
        "Курс в Омске бесплатный, в Муромцево тоже.",
        "Закон 181-ФЗ, статья 11.",
        "Обратитесь в отделение Социального фонда России.",
    ],
)
def test_D0_11_ordinary_words_may_be_published(words: str) -> None:
    assert personal(words) == []


@pytest.mark.parametrize(
    ("words", "rule"),
    [
        ("Спросите у Сидорова", "name"),
        ("Напишите Пете", "name"),
        ("Тополева А. С.", "name"),
        ("Ответил Ильич", "name"),
        ("В апреле 2020 переехали", "date"),
        ("2015 года рождения", "date"),
        ("дата 01.02.20", "date"),
        ("+7 905 000 22 33", "phone"),
        ("СНИЛС 112-233-445 95", "number"),
        ("anna собака: anna@mail", "email"),
    ],
)
def test_D0_11_what_tells_who_it_is_may_not(words: str, rule: str) -> None:
    assert rule in personal(words)
