"""Messages and the proof that they left."""

from chassis.run import Room

from notifications.messages.access import GUARDED
from notifications.messages.api import router
from notifications.messages.background import send_messages
from notifications.messages.subscribers import events, timers
from notifications.messages.template_check import check_templates
from notifications.messages.worklist import ACTIONS, OPEN_MESSAGES, work

ROOM = Room(
    "messages",
    api=router,
    events=events,
    timers=timers,
    worklist=work,
    actions=ACTIONS,
    background=(send_messages,),
    gauges=(OPEN_MESSAGES,),
    guarded=GUARDED,
    pack_rules=(check_templates,),
)
