"""Search in what is sealed: keyed digests of word stems, found by equality and readable by nobody. Pure.

A stolen table says neither words nor names; the key is derived from the key-encryption key, apart for each journal.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable
from uuid import UUID

from chassis.settings import ServiceSettings

MOST_WORDS = 400
"""Words of one enquiry that are found; the first ones count."""
DIGEST_BYTES = 12
_WORD = re.compile(r"[^\W_]{2,}")
_ENDINGS = re.compile(
    r"(иями|ями|ами|ыми|ими|ого|его|ому|ему|ией|ией|ия|ие|ии|ию|ях|ах|ом|ем|ам|ям|ой|ей|ый|ий|ая|яя|ую|юю|ое|ее|ов|ев"
    r"|а|я|о|е|и|ы|у|ю|ь|й)$"
)
SHORTEST_STEM = 3


def stem(word: str) -> str:
    """The word without its case ending: «справку» and «справка» are found by each other."""
    plain = word.lower().replace("ё", "е")
    cut = _ENDINGS.sub("", plain)
    return cut if len(cut) >= SHORTEST_STEM else plain


def stems(texts: Iterable[str | None]) -> list[str]:
    """The different stems of the texts in order."""
    found = (stem(word) for text in texts if text for word in _WORD.findall(text))
    return list(dict.fromkeys(found))[:MOST_WORDS]


def digests(settings: ServiceSettings, organisation_id: UUID, texts: Iterable[str | None]) -> list[str]:
    """What stands in the table of words for these texts."""
    return [digest for _, digest in keyed(settings, organisation_id, texts)]


def keyed(settings: ServiceSettings, organisation_id: UUID, texts: Iterable[str | None]) -> list[tuple[str, str]]:
    """Every stem with its digest."""
    key = hmac.digest(settings.key_encryption_key, b"intake.enquiry_words" + organisation_id.bytes, hashlib.sha256)
    return [(word, hmac.digest(key, word.encode(), hashlib.sha256)[:DIGEST_BYTES].hex()) for word in stems(texts)]
