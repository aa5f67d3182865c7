"""Organisations, staff and what each of them may do."""

from chassis.run import Room

from intake.directory.access import GUARDED
from intake.directory.api import router
from intake.directory.background import load_directories
from intake.directory.pack import DirectoryPack

ROOM = Room(
    "directory",
    api=router,
    background=(load_directories,),
    guarded=GUARDED,
    packs=(DirectoryPack,),
)
