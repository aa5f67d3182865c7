"""Names as they are compared: one child, many spellings."""

from __future__ import annotations

from datetime import date

import pytest
from intake.applications.commands.index_names import TokenMaker
from intake.applications.commands.link_duplicates import agreement, marks_of
from intake.applications.personal import Child
from intake.particulars.names import all_trigrams, folded_words, trigrams, without_patronymic

MAKER = TokenMaker(b"0" * 32)
BORN, PHONE = date(2025, 9, 14), "+79050001122"


def found(name: str, born: date = BORN, phone: str = PHONE) -> set[int]:
    return MAKER.of_child(name, born) | MAKER.of_representative("Тополева Анна", phone)


def agreed(new: str, earlier: set[int]) -> set[str]:
    return agreement(marks_of(MAKER, Child(name=new, birth_date=BORN), PHONE), earlier)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Фёдоров", "ФЕДОРОВ"),
        ("Фёдоров", "Fyodorov"),
        ("Щукин", "Shchukin"),
        ("Юлия", "Yuliya"),
        ("Юлия", "Julia"),
        ("Хабибуллин", "Khabibulin"),
        ("Царёв", "Tsarev"),
        ("Анна-Мария", "анна мария"),
    ],
)
def test_T8_one_name_in_two_spellings_is_one_name(one: str, other: str) -> None:
    assert folded_words(one) == folded_words(other)


def test_different_names_stay_different() -> None:
    names = ["Иванов", "Иванова", "Петров", "Марина", "Мария", "Лев", "Глеб"]
    assert len({tuple(folded_words(name)) for name in names}) == len(names)


def test_what_is_no_name_has_no_words() -> None:
    assert folded_words("12345 -- ! ъ") == []
    assert trigrams("lev") == {" le", "lev", "ev "}
    assert all_trigrams([]) == set()


def test_the_patronymic_proves_nothing() -> None:
    assert without_patronymic(folded_words("Иванов Пётр Сергеевич")) == folded_words("Иванов Пётр")
    assert without_patronymic(folded_words("Мицкевич Лев")) == folded_words("Мицкевич Лев")


@pytest.mark.parametrize("name", ["Тополев Мирон", "Мирон Тополев", "Topolev Miron", "Тополев Мирон Олегович"])
def test_D2_13_the_same_child_is_recognised_in_any_spelling(name: str) -> None:
    assert agreed(name, found("Тополев Мирон")) == {"birth_date", "phone", "name"}


def test_a_misspelled_name_is_recognised() -> None:
    assert agreed("Топалев Мирон", found("Тополев Мирон")) == {"birth_date", "phone", "name"}
    assert agreed("Тополев Мирон", found("Тополев Мирон", phone="+79050009999")) == {"birth_date", "name"}
    assert agreed("Тополев Мирон", found("Тополев Мирон", born=date(2025, 9, 15))) == {"phone", "name"}


@pytest.mark.parametrize("name", ["Тополев Захар Олегович", "Тополева Майя Олеговна", "Орлов Мирон"])
def test_a_twin_or_a_namesake_is_somebody_else(name: str) -> None:
    assert agreed(name, found("Тополев Мирон Олегович")) == set()


def test_a_name_alone_proves_nothing() -> None:
    assert agreed("Тополев Мирон", found("Тополев Мирон", date(2024, 1, 1), "+79050009999")) == set()


def test_tokens_tell_nothing_without_the_key() -> None:
    assert MAKER.word("topolev") != TokenMaker(b"1" * 32).word("topolev")
    assert MAKER.word("topolev") != MAKER.trigram("topolev")
