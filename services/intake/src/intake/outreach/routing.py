"""Which operator answers for a family that was found: a rule of the pack, explained (D3-04…D3-07). Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from contracts.identifiers import AgeBand


@dataclass(frozen=True, slots=True)
class Operator:
    """An organisation of the region with the pack's role. ``load``: outreach running there, and unanswered signals."""

    organisation_id: UUID
    code: str
    territories: frozenset[str]
    age_bands: frozenset[AgeBand]
    load: int = 0


@dataclass(frozen=True, slots=True)
class Routed:
    """The chosen operator and why, in both languages."""

    organisation_id: UUID
    rule: str
    ru: str
    en: str

    def to_json(self) -> dict[str, str]:
        return {"rule": self.rule, "ru": self.ru, "en": self.en}


def route(
    region: str,
    territory: str,
    band: AgeBand,
    operators: Iterable[Operator],
    fallback: UUID,
    taken: Mapping[UUID, int] | None = None,
) -> Routed:
    """The operator of the territory; of several in one town the one with the least work; else the fallback.

    ``taken``: families given to each in this very run, on top of its load.
    """
    added = taken or {}
    serving = [one for one in operators if _serves(one, region, territory) and band in one.age_bands]
    if not serving:
        return Routed(
            fallback,
            "fallback",
            "На территории нет оператора для этого возраста: семью ведёт ресурсный центр",
            "No operator for that age in the territory: the resource centre takes the family",
        )
    chosen = min(serving, key=lambda one: (one.load + added.get(one.organisation_id, 0), one.code))
    if len(serving) == 1:
        return Routed(
            chosen.organisation_id, "only", "Единственный оператор территории", "The only operator of the territory"
        )
    work = chosen.load + added.get(chosen.organisation_id, 0)
    return Routed(
        chosen.organisation_id,
        "least_load",
        f"Операторов территории: {len(serving)}; у этого меньше всего семей в работе: {work}",
        f"Operators of the territory: {len(serving)}; this one has the fewest families in work: {work}",
    )


def _serves(operator: Operator, region: str, territory: str) -> bool:
    return territory != region and bool(operator.territories & {territory, region})
