"""The reports and the dictionaries their codes are read by."""

from chassis.run import Room

from reporting.reports.api import router
from reporting.reports.pack import EntryPointsPack, ThemesPack

ROOM = Room("reports", api=router, packs=(EntryPointsPack, ThemesPack))
