"""Outreach to families that were found."""

from chassis.run import Room

from intake.finding.ladder_pack import OutreachPack
from intake.outreach.access import GUARDED
from intake.outreach.api import router
from intake.outreach.background import name_finders_of_packs, recompute_starts
from intake.outreach.subscribers import timers
from intake.outreach.worklist import ACTIONS, work

ROOM = Room(
    "outreach",
    api=router,
    timers=timers,
    worklist=work,
    actions=ACTIONS,
    background=(
        name_finders_of_packs,
        recompute_starts,
    ),
    guarded=GUARDED,
    packs=(OutreachPack,),
)
