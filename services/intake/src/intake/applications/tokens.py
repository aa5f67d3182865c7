"""The token table: what an application can be found by, as keyed digests searched by ``=`` (ARCHITECTURE §5).

A row holds eight bytes of HMAC over a folded word, a trigram, a birth date or a phone: the table tells no name to who
reads it without the key, and row security compares its plain columns.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Sequence
from datetime import date
from math import ceil
from uuid import UUID

from chassis.work import Unit
from sqlalchemy import ARRAY, BigInteger, Index, Uuid, bindparam, func, select, text, update
from sqlalchemy.orm import Mapped, mapped_column

from intake.particulars.names import all_trigrams, folded_words, pairs, without_patronymic
from intake.tables import Base

ENOUGH = 0.6
"""Share of a misspelled name's trigrams that must be found again."""
MOST_FOUND = 200
RARE, CANDIDATES = 1_000, 500
"""A token that more applications have says little; so many of those who share the telling ones are looked at."""
_COMMON = text("""
SELECT token FROM unnest(CAST(:tokens AS bigint[])) AS wanted (token)
WHERE :enough = (SELECT count(*) FROM (SELECT FROM search_tokens s WHERE s.token = wanted.token LIMIT :enough) AS held)
""")
_NEARLY = text("""
WITH near AS MATERIALIZED (
  SELECT application_id FROM search_tokens WHERE token = ANY(CAST(:telling AS bigint[]))
  GROUP BY application_id HAVING count(*) >= :some ORDER BY count(*) DESC, application_id LIMIT :candidates
), counted AS MATERIALIZED (
  SELECT application_id, (SELECT count(*) FROM search_tokens s
    WHERE s.application_id = near.application_id AND s.token = ANY(CAST(:tokens AS bigint[]))) AS shared FROM near
)
SELECT application_id FROM counted WHERE shared >= :at_least ORDER BY shared DESC, application_id LIMIT :most
""")


class SearchToken(Base):
    """One thing an application can be found by. Its key includes what row security asks, so the table is not read."""

    __tablename__ = "search_tokens"
    __table_args__ = (Index("ix_search_tokens_application_id", "application_id"),)

    token: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    application_id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID]
    serving_organisation_id: Mapped[UUID | None]


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


async def found_by_name(text: str, unit: Unit) -> Sequence[UUID]:
    """Applications whose child or representative is called so, as far as the actor may search; best first.

    Every word as it stands; where nobody is called exactly so, by trigrams of the child's name, for misspellings.
    """
    maker, words = token_maker(unit), folded_words(text)
    if not words:
        return []
    exact = await _sharing(set(map(maker.word, words)), len(set(words)), unit)
    if exact:
        return exact
    # endings first: half of all surnames share one, and the beginning tells most
    letters = sorted(all_trigrams(words), key=lambda three: (three.startswith(" "), not three.endswith(" "), three))
    return await _nearly(list(map(maker.trigram, letters)), ceil(len(letters) * ENOUGH), unit)


async def _sharing(tokens: set[int], at_least: int, unit: Unit) -> Sequence[UUID]:
    own, shared = SearchToken.application_id, func.count()
    found = select(own).where(SearchToken.token.in_(tokens)).group_by(own).having(shared >= at_least)
    return (await unit.session.scalars(found.order_by(shared.desc(), own).limit(MOST_FOUND))).all()


async def _nearly(tokens: list[int], at_least: int, unit: Unit) -> Sequence[UUID]:
    """The same by way of the rare tokens: whoever shares enough of all shares some of them, and they are soon read.

    ``tokens``: the least telling first. Letters of every tenth name are looked up for the candidates only.
    """
    common = set(await unit.session.scalars(_COMMON, {"tokens": tokens, "enough": RARE + 1}))
    passed_over = [token for token in tokens if token in common][: max(0, at_least - 2)]
    telling = [token for token in tokens if token not in passed_over]
    asked = {"tokens": tokens, "telling": telling, "at_least": at_least}
    limits = {"some": at_least - len(passed_over), "most": MOST_FOUND, "candidates": CANDIDATES}
    return (await unit.session.scalars(_NEARLY, {**asked, **limits})).all()
