"""HTTP door of the file's card."""

from __future__ import annotations

from uuid import UUID

from chassis.http import Router, UnitDep

from cases.card import queries
from cases.card.queries import FileCard

router = Router(tags=["files"])


@router.get("/case-files/{case_id}", permission="case_file:read")
async def file_card(case_id: UUID, unit: UnitDep) -> FileCard:
    return await queries.file_card(case_id, unit)
