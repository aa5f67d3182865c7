"""What a run may know of the service under examination: ids and days that exist, codes and regions of the packs.

Drawn at random nobody hits a UUID; with these the examination gets past «not found» to the rules behind it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from chassis.testing.running import Running
from sqlalchemy import text

# not what the schema refers to elsewhere (``kind``): schemathesis 4.32 stumbles over a dictionary for a $ref
CODED = ("reason_code", "result_code", "service_code", "theme", "help_kind")
WRITTEN = {
    "name": ["Вязова Дарья Ильинична", "Осокин Лев"],
    "child_name": ["Осокин Ян Львович"],
    "phone": ["8 905 000 77 88"],
    "category": ["d450", "b280"],
    "tracking_number": ["66400000000004"],
    "sort": ["due_at", "-due_at", "submitted_at"],
}
"""What a rule in words asks for and nobody draws: names in letters of an alphabet, numbers that check."""
INSIDE = {
    "child.name": "name",
    "family.name": "name",
    "findings[*].category": "category",
    "goals[*].icf_category": "category",
    "lines[*].service": "service_code",
}
"""Where such a value stands deeper in a body."""
MOST = 5
"""Values of one name: enough to be found, few enough to be hit twice."""
_COLUMNS = text("""
SELECT c.table_name, c.column_name FROM information_schema.columns c JOIN information_schema.tables t USING (table_name)
WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE' AND (c.data_type = 'uuid' OR c.column_name = 'day')
ORDER BY c.table_name, c.column_name
""")
Names = dict[str, list[str]]


async def known(app: Running, regions: Path) -> Names:
    """Values by the name of the parameter or field they are good for."""
    return {**WRITTEN, **_of_packs(regions), **await _ids(app)}


async def _ids(app: Running) -> Names:
    found: dict[str, set[str]] = {}
    async with app.worker.transaction() as unit:
        for table, column in (await unit.session.execute(_COLUMNS)).all():
            rows = await unit.session.scalars(
                text(f'SELECT DISTINCT "{column}" FROM "{table}" WHERE "{column}" IS NOT NULL ORDER BY 1 LIMIT {MOST}')
            )
            values = {str(value) for value in rows}
            for name in _names_of(table, column):
                found.setdefault(name, set()).update(values)
    return {name: sorted(values)[: MOST * 2] for name, values in found.items() if values}


def _names_of(table: str, column: str) -> Iterator[str]:
    """``id`` of ``ipra_extracts`` is what a path calls ``extract_id`` and another table ``ipra_extract_id``."""
    if column != "id":
        yield column
        return
    one = table[:-3] + "y" if table.endswith("ies") else table.removesuffix("s")
    words = one.split("_")
    yield from ("_".join(words[start:]) + "_id" for start in range(len(words)))


def _of_packs(regions: Path) -> Names:
    packs = {
        path.parent.name: yaml.safe_load(path.read_text("utf-8")) for path in sorted(regions.glob("*/region.yaml"))
    }
    territories = [f"{code}/{place['code']}" for code, pack in packs.items() for place in pack.get("territories", [])]
    codes = sorted(
        {code for path in regions.glob("*/*.yaml") for code in _codes(yaml.safe_load(path.read_text("utf-8")))}
    )
    places = [*packs, *territories[:40]]
    named = dict.fromkeys(("territory", "residence", "responsible", "district"), places)
    coded = dict.fromkeys(CODED, codes)
    return {"region": list(packs), **named, **coded}


def _codes(part: Any) -> Iterator[str]:
    children: Iterable[Any] = part.values() if isinstance(part, Mapping) else part if isinstance(part, list) else ()
    if isinstance(part, Mapping) and isinstance(part.get("code"), str):
        yield part["code"]
    for child in children:
        yield from _codes(child)
