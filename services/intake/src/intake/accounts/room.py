"""Portal accounts."""

from chassis.run import Room

from intake.accounts.access import GUARDED
from intake.accounts.api import router

ROOM = Room("accounts", api=router, guarded=GUARDED)
