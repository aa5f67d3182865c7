"""Russian names as they are compared: yo and e, hyphens, order of words, Cyrillic or any Latin spelling. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

_LATIN = dict(
    zip(
        "абвгдежзийклмнопрстуфхцчшщъыьэюя",
        [
            "a",
            "b",
            "v",
            "g",
            "d",
            "e",
            "zh",
            "z",
            "i",
            "i",
            "k",
            "l",
            "m",
            "n",
            "o",
            "p",
            "r",
            "s",
            "t",
            "u",
            "f",
            "h",
            "c",
            "ch",
            "sh",
            "sh",
            "",
            "i",
            "",
            "e",
            "iu",
            "ia",
        ],
        strict=True,
    )
)
_SPELLINGS = (("shch", "sh"), ("sch", "sh"), ("tch", "ch"), ("kh", "h"), ("ts", "c"), ("tz", "c"), ("x", "ks"))
_WORD = re.compile(r"[^\W\d_]+")
TRIGRAM = 3
THREE_PARTS = 3
_PATRONYMIC = ("ovich", "evich", "ich", "ovna", "evna", "ichna", "oglu", "kizi")


def folded_words(name: str) -> list[str]:
    """The words of a name, each folded to one spelling: «Фёдоров», «Федоров» and "Fyodorov" are equal."""
    plain = unicodedata.normalize("NFC", name).casefold().replace("ё", "е")
    return [word for word in map(_folded, _WORD.findall(plain)) if word]


def trigrams(word: str) -> set[str]:
    """The trigrams of a folded word between its edges. One letter alone would say too little and be found too often."""
    padded = f" {word} "
    return {padded[start : start + TRIGRAM] for start in range(len(padded) - TRIGRAM + 1)}


def all_trigrams(words: Iterable[str]) -> set[str]:
    """The trigrams of several words."""
    return set().union(*map(trigrams, words))


def without_patronymic(words: Sequence[str]) -> list[str]:
    """Surname and first name of a folded name: brothers and sisters share the patronymic, so it proves nothing."""
    if len(words) < THREE_PARTS:
        return list(words)
    kept = [word for word in words if not word.endswith(_PATRONYMIC)]
    return kept if len(kept) >= THREE_PARTS - 1 else list(words[: THREE_PARTS - 1])


def pairs(words: Iterable[str]) -> Iterator[str]:
    """Every two words of a name, whatever their order: surname and first name are equal with or without patronymic."""
    return (" ".join(pair) for pair in combinations(sorted(set(words)), 2))


def _folded(word: str) -> str:
    latin = "".join(_LATIN.get(letter, letter) for letter in word)
    for written, meant in _SPELLINGS:
        latin = latin.replace(written, meant)
    latin = re.sub("[yj]", "i", latin)
    # ia, ya and ja are one letter in Russian, and so are iu, ie, io
    latin = re.sub("io", "e", latin)
    latin = re.sub("i+(?=[aeu])", "", latin)
    return re.sub(r"(.)\1+", r"\1", latin)
