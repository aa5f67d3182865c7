"""The tables of the service under the access policy, room by room."""

from chassis.access.rls import Entry

from cases.assessments import access as assessments
from cases.deliveries import access as deliveries
from cases.files import access as files
from cases.people import access as people
from cases.programmes import access as programmes

GUARDED: tuple[Entry, ...] = (
    *files.GUARDED,
    *people.GUARDED,
    *assessments.GUARDED,
    *programmes.GUARDED,
    *deliveries.GUARDED,
)
