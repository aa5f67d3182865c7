"""Applications found by names, also misspelt: under row security, by equality."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from uuid import UUID

from chassis.work import Unit
from sqlalchemy import func, select, text

from intake.applications.commands.index_names import token_maker
from intake.applications.model.search import SearchToken
from intake.particulars.names import all_trigrams, folded_words

ENOUGH = 0.6
"""Share of a misspelled name's trigrams that must be found again."""


MOST_FOUND = 200


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


RARE, CANDIDATES = 1_000, 500
"""A token that more applications have says little; so many of those who share the telling ones are looked at."""
