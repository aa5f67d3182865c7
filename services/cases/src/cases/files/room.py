"""Personal files: opened, and taken through the first appointment."""

from chassis.run import Room

from cases.files.access import GUARDED
from cases.files.api import router
from cases.files.subscribers import events
from cases.files.worklist import ACTIONS, work
from cases.pack import CasesPack

ROOM = Room("files", api=router, events=events, worklist=work, actions=ACTIONS, guarded=GUARDED, packs=(CasesPack,))
