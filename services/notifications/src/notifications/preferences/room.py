"""Whom we may reach and how: sealed contacts of families, skills of specialists."""

from chassis.run import Room

from notifications.pack import DirectoryView, NotificationsPack, SchedulingView
from notifications.preferences.access import GUARDED
from notifications.preferences.subscribers import events

ROOM = Room(
    "preferences",
    events=events,
    guarded=GUARDED,
    packs=(NotificationsPack, DirectoryView, SchedulingView),
)
