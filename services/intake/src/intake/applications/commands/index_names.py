"""The token table: what an application can be found by, as keyed digests searched by ``=`` (ARCHITECTURE §5).

A row holds eight bytes of HMAC over a folded word, a trigram, a birth date or a phone: the table tells no name to who
reads it without the key, and row security compares its plain columns.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from datetime import date
from uuid import UUID

from chassis.work import Unit
from sqlalchemy import ARRAY, BigInteger, Uuid, bindparam, text, update

from intake.applications.model.search import SearchToken
from intake.particulars.names import all_trigrams, folded_words, pairs, without_patronymic

# One statement instead of one for each of some twenty tokens.
_INDEX = text(
    "INSERT INTO search_tokens (token, application_id, organisation_id)"
    " SELECT unnest(:tokens), :application, :organisation"
).bindparams(
    bindparam("tokens", type_=ARRAY(BigInteger())),
    bindparam("application", type_=Uuid()),
    bindparam("organisation", type_=Uuid()),
)


class TokenMaker:
    """Makes tokens under a key derived from the service's own: without it they cannot be guessed back to names."""

    def __init__(self, secret: bytes) -> None:
        self._key = hmac.digest(secret, b"intake/search-tokens", "sha256")

    def word(self, folded: str) -> int:
        return self._token("w", folded)

    def trigram(self, letters: str) -> int:
        return self._token("t", letters)

    def pair(self, words: str) -> int:
        return self._token("n", words)

    def birth(self, born: date) -> int:
        return self._token("b", born.isoformat())

    def phone(self, number: str) -> int:
        return self._token("p", number)

    def of_child(self, name: str, born: date) -> set[int]:
        """What the child is found by: words, pairs of words, trigrams, birth date."""
        words = folded_words(name)
        told = {self.birth(born), *map(self.word, words), *map(self.pair, pairs(without_patronymic(words)))}
        return told | set(map(self.trigram, all_trigrams(words)))

    def of_representative(self, name: str, phone: str) -> set[int]:
        """What the representative is found by: words and phone."""
        return {self.phone(phone), *map(self.word, folded_words(name))}

    def _token(self, kind: str, value: str) -> int:
        digest = hmac.digest(self._key, f"{kind}:{value}".encode(), "sha256")
        return int.from_bytes(digest[:8], "big", signed=True)


def token_maker(unit: Unit) -> TokenMaker:
    """The deployment's own maker."""
    return TokenMaker(unit.settings.key_encryption_key)


async def index_application(application_id: UUID, organisation_id: UUID, tokens: Iterable[int], unit: Unit) -> None:
    """Make an application findable."""
    told = {"tokens": list(tokens), "application": application_id, "organisation": organisation_id}
    await unit.session.execute(_INDEX, told)


async def serve_tokens(application_id: UUID, organisation_id: UUID | None, unit: Unit) -> None:
    """The service that has the family now finds it too; the one that had it before no longer does."""
    mine = update(SearchToken).where(SearchToken.application_id == application_id)
    await unit.session.execute(mine.values(serving_organisation_id=organisation_id))
