"""Invented people and questions: the same number always gives the same person, whoever asks. Nobody of them lives."""

from __future__ import annotations

from array import array
from bisect import bisect
from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache
from itertools import accumulate


def _listed(text: str) -> tuple[str, ...]:
    return tuple(text.split())


FIRST = _listed(
    "Мирон Тимофей Артём Лев Матвей Савва Платон Роман Марк Глеб Егор Захар Илья Кирилл Макар Никита Олег Павел Степан "
    "Фёдор Ярослав Богдан Герман Денис"
)
PARENTS = _listed("Анна Мария Ольга Елена Дарья Ирина Юлия Полина Вера Надежда Ксения Алла Инга Зоя Раиса Лидия")
PATRONYMICS = _listed("Сергеевна Игоревна Петровна Ильинична Олеговна Марковна Павловна Львовна Андреевна Власовна")
STREETS = _listed("Лесная Речная Тихая Полевая Садовая Школьная Луговая Озёрная Северная Светлая Новая Дальняя")
_STARTS = _listed(
    "Бере Вер Воро Гала Гра Дуб Жаво Зим Ива Кали Ке Кру Лебе Лис Мали Мед Овся Оси Пере Ряби Сне Соло Топо Ясе"
)
_MIDDLES = _listed("б в вк г др ж зк к л лк мк н нк п рк с ст т тк ч шк щ")
_ENDS = _listed("ов ев ин кин ский енко ников ушкин")
_SYLLABLES = _listed("ба ве го ду жи за ко ле ми но по ра си та фо хо ча ше щу ят")
KNOWN = _listed(
    "справка ходунки логопед приём ребёнок очередь путёвка коляска массаж занятие документ пособие инвалидность запись "
    "консультация няня садик школа транспорт лекарство"
)
WORDS = 3_000
"""Different words of the questions; the first are said often and the last hardly ever, as in any language."""
WORDS_OF_A_QUESTION = 7


def mixed(number: int, salt: int = 0) -> int:
    """Sixty-four bits that look drawn by lot."""
    value = (number * 0x9E3779B97F4A7C15 + salt * 0xBF58476D1CE4E5B9 + 0x94D049BB133111EB) & 0xFFFFFFFFFFFFFFFF
    value = ((value ^ value >> 30) * 0xBF58476D1CE4E5B9) & 0xFFFFFFFFFFFFFFFF
    return value ^ value >> 31


def _drawn(number: int, salt: int, of: Sequence[str]) -> str:
    return of[mixed(number, salt) % len(of)]


def surname(number: int) -> str:
    """One of about eighty thousand, the first syllables as various as in a telephone book."""
    start = _drawn(number, 1, _STARTS) if mixed(number, 15) % 3 else _drawn(number, 16, _SYLLABLES).capitalize()
    return start + _drawn(number, 17, _SYLLABLES) + _drawn(number, 2, _MIDDLES) + _drawn(number, 3, _ENDS)


def child(number: int) -> str:
    """Surname and first name."""
    return f"{surname(number)} {_drawn(number, 4, FIRST)}"


def parent(number: int) -> str:
    """Surname, first name and patronymic of the child's mother."""
    return f"{surname(number)}а {_drawn(number, 5, PARENTS)} {_drawn(number, 6, PATRONYMICS)}"


def phone(number: int) -> str:
    return f"+7905{number % 10_000_000:07d}"


def born(number: int, today: date) -> date:
    """Within the first three years, the age early help is for."""
    return today - timedelta(days=30 + mixed(number, 7) % 1000)


def address(number: int) -> str:
    return f"улица {_drawn(number, 8, STREETS)}, дом {mixed(number, 9) % 90 + 1}"


def misspelt(name: str, number: int) -> str:
    """The name with one letter of the surname wrong, as somebody hears it on the phone."""
    place = 2 + mixed(number, 10) % max(1, name.index(" ") - 3)
    return name[:place] + ("о" if name[place] != "о" else "у") + name[place + 1 :]


@cache
def vocabulary() -> tuple[str, ...]:
    """The words questions are made of."""
    made = (
        _drawn(n, 11, _SYLLABLES) + _drawn(n, 12, _SYLLABLES) + _drawn(n, 13, _SYLLABLES) + _drawn(n, 14, _SYLLABLES)
        for n in range(10 * WORDS)
    )
    return tuple(dict.fromkeys([*KNOWN, *made]))[:WORDS]


@cache
def _frequencies() -> array[int]:
    """65,536 drawings of a word by Zipf's law."""
    sums = list(accumulate(1 / (rank + 10) for rank in range(WORDS)))
    return array("H", (min(WORDS - 1, bisect(sums, (draw + 0.5) / 65_536 * sums[-1])) for draw in range(65_536)))


def question(number: int) -> list[int]:
    """The words of a question, by their places in the vocabulary."""
    low, high, drawn = mixed(number, 20), mixed(number, 21), _frequencies()
    bits = low | high << 64
    return [drawn[bits >> 16 * position & 0xFFFF] for position in range(WORDS_OF_A_QUESTION)]
