"""HTTP door of the file's card."""

from __future__ import annotations

from uuid import UUID

from chassis.http import Router, UnitDep

from cases.card import queries
from cases.card.queries import FileCard

router = Router(tags=["files"])


@router.get("/case-files/{case_id}", permission="case_file:read")
async def get_case_file(case_id: UUID, unit: UnitDep) -> FileCard:
    """Show the personal file: the child, the people who answer for it, and every section the caller may read."""
    return await queries.file_card(case_id, unit)
