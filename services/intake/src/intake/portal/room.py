"""Questionnaires and requests to change data."""

from chassis.run import Room

from intake.portal.access import GUARDED
from intake.portal.api import router
from intake.portal.background import recompute_consultants_terms
from intake.portal.pack import PortalPack
from intake.portal.subscribers import timers
from intake.portal.worklist import ACTIONS, work

ROOM = Room(
    "portal",
    api=router,
    timers=timers,
    worklist=work,
    actions=ACTIONS,
    background=(recompute_consultants_terms,),
    guarded=GUARDED,
    packs=(PortalPack,),
)
