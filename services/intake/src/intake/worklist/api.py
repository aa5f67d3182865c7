"""The HTTP door of bulk assignment."""

from __future__ import annotations

from chassis.http import Router, UnitDep

from intake.worklist import commands
from intake.worklist.commands import Assigned, AssignItems

router = Router(tags=["worklist"])


@router.post("/assignments", permission="worklist:assign")
async def assign_work_items(command: AssignItems, unit: UnitDep) -> Assigned:
    """Assign several items of the worklist to one person, in one request.

    Each item is judged by itself, by the rules of its own kind: families go to a coordinator of their centre, enquiries
    to a specialist competent for theme and territory, outreach to a person the operator named for finding. A refused
    item is left as it was and names its problem; the others are assigned. Repeated with the same `Idempotency-Key`,
    the request gives its first answer again.
    """
    return await commands.assign(command, unit)
