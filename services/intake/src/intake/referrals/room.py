"""Referrals between agencies."""

from chassis.run import Room

from intake.finding.packs import check_packs
from intake.finding.referrals_pack import ReferralsPack
from intake.referrals.access import GUARDED
from intake.referrals.api import router
from intake.referrals.background import call_agencies_back, recompute_answer_terms
from intake.referrals.subscribers import events, timers
from intake.referrals.worklist import ACTIONS, work

ROOM = Room(
    "referrals",
    api=router,
    events=events,
    timers=timers,
    worklist=work,
    actions=ACTIONS,
    background=(
        recompute_answer_terms,
        call_agencies_back,
    ),
    guarded=GUARDED,
    packs=(ReferralsPack,),
    pack_rules=(check_packs,),
)
