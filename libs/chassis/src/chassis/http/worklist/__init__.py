"""``/worklist``: what a person has to do in this service, from all its rooms, most urgent first, and how many."""

from chassis.http.worklist.api import worklist_router
from chassis.http.worklist.counts import Tally, tally
from chassis.http.worklist.lists import WorkQuery, urgent
from chassis.http.worklist.sources import ACTOR, ORGANISATIONS, CountedWork, Which, WorkSource, work_rows

__all__ = [
    "ACTOR",
    "ORGANISATIONS",
    "CountedWork",
    "Tally",
    "Which",
    "WorkQuery",
    "WorkSource",
    "tally",
    "urgent",
    "work_rows",
    "worklist_router",
]
