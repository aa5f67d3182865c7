"""A relay or a consumer as a process to be killed: ``workshop_process.py relay|consumer DATABASE_URL NATS_URL``."""

import asyncio
import sys

import uvloop
from chassis.bus.connection import connect
from chassis.bus.doors import ServiceBroker
from chassis.bus.relay import Relay
from chassis.data.database import Database

from libs.chassis.tests.integration.event_path import workshop


async def main(part: str, database_url: str, nats_url: str) -> None:
    bus = await connect(nats_url, part)
    database = Database(database_url, pool_size=2)
    if part == "relay":
        await Relay(database.dsn, bus, workshop.PRODUCER).run()
    consumers = [workshop.consumer_of(router, database) for router in (workshop.gallery(), workshop.projection())]
    await ServiceBroker(bus, consumers).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(main(*sys.argv[1:]))
