"""Cases: the personal file and everything it holds."""

from chassis.run import Service
from chassis.settings import ServiceSettings

from cases.assessments.room import ROOM as assessments
from cases.card.room import ROOM as card
from cases.consents.room import ROOM as consents
from cases.deliveries.room import ROOM as deliveries
from cases.files.room import ROOM as files
from cases.people.room import ROOM as people
from cases.programmes.room import ROOM as programmes
from cases.tables import Base

rooms = [files, people, consents, card, assessments, programmes, deliveries]
service = Service("cases", ServiceSettings, rooms, base=Base)

if __name__ == "__main__":
    from chassis.run.process import main

    main(service)
