"""The journal of enquiries."""

from chassis.run import Room

from intake.enquiries.access import GUARDED
from intake.enquiries.api import router
from intake.enquiries.background import recompute_due_times
from intake.enquiries.mailbox import read_mailboxes
from intake.enquiries.pack import EnquiriesPack
from intake.enquiries.subscribers import events, timers
from intake.enquiries.worklist import ACTIONS, work

ROOM = Room(
    "enquiries",
    api=router,
    events=events,
    timers=timers,
    worklist=work,
    actions=ACTIONS,
    background=(
        recompute_due_times,
        read_mailboxes,
    ),
    guarded=GUARDED,
    packs=(EnquiriesPack,),
)
