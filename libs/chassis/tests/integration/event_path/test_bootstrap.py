"""One step makes everything JetStream has to hold; a service refuses a server that differs or may forget."""

from pathlib import Path
from typing import Any

import httpx
import pytest
from chassis.bus.connection import connect
from chassis.bus.topology import Sizes, Topology, bootstrap, event_stream, of_service, topology, verify
from chassis.run.bus_safety import refuse_unsafe_bus, unsafe_server
from chassis.run.safety import UnsafeError
from embedded import Nats
from nats.js.api import AckPolicy, DiscardPolicy
from nats.js.errors import APIError, NotFoundError

from libs.chassis.tests.integration.event_path import workshop
from libs.chassis.tests.integration.event_path.workshop import Bus

ROUTERS = {"gallery": [workshop.gallery(), workshop.projection()], "workshop": []}


@pytest.fixture
def whole() -> Topology:
    return topology(["workshop"], ROUTERS)


async def test_bootstrap_makes_everything_once_and_verify_agrees(bus: Bus, whole: Topology) -> None:
    touched = await bootstrap(bus.admin, whole)
    assert "KV_keys" in touched
    assert {"OBJ_blobs_gallery", "OBJ_blobs_workshop"} <= set(touched)
    assert await bootstrap(bus.admin, whole) == []
    assert await verify(bus.admin, whole) == []


async def test_events_can_be_neither_deleted_nor_purged_but_keys_can_be_erased(bus: Bus, whole: Topology) -> None:
    await bootstrap(bus.admin, whole)
    js = bus.admin.jetstream()
    await bus.workshop.jetstream().publish("evt.workshop.piece.made.v2", b"{}")
    with pytest.raises(APIError):
        await js.purge_stream("EVT_WORKSHOP")
    with pytest.raises(APIError):
        await js.delete_msg("EVT_WORKSHOP", 1)
    assert not (await js.stream_info("KV_keys")).config.deny_delete


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"discard": DiscardPolicy.OLD}, "discard"),
        ({"max_age": 3600}, "max_age"),
        ({"max_bytes": -1}, "max_bytes is unlimited"),
        ({"duplicate_window": 60}, "duplicate_window"),
    ],
)
async def test_a_changed_stream_is_refused_and_put_right(bus: Bus, change: dict[str, Any], named: str) -> None:
    js = bus.admin.jetstream()
    await js.update_stream((await js.stream_info("EVT_WORKSHOP")).config.evolve(**change))
    wanted = of_service("workshop", [], publishes=True)
    assert any(named in reason for reason in await verify(bus.workshop, wanted))
    if named != "max_bytes is unlimited":
        assert await bootstrap(bus.admin, wanted) == ["EVT_WORKSHOP"]
        assert await verify(bus.workshop, wanted) == []


@pytest.mark.parametrize(
    ("change", "named"),
    [({"ack_wait": 5}, "ack_wait"), ({"max_deliver": 3}, "max_deliver"), ({"filter_subject": "evt.>"}, "filter")],
)
async def test_a_changed_durable_is_refused_and_put_right(bus: Bus, change: dict[str, Any], named: str) -> None:
    js = bus.admin.jetstream()
    name = "gallery__workshop_piece"
    if named == "filter":
        change = {"filter_subject": "evt.workshop.piece.made.>"}
    await js.add_consumer("EVT_WORKSHOP", (await js.consumer_info("EVT_WORKSHOP", name)).config.evolve(**change))
    wanted = of_service("gallery", ROUTERS["gallery"], publishes=False)
    assert any(named in reason for reason in await verify(bus.gallery, wanted))
    assert await bootstrap(bus.admin, wanted) == [name]
    assert await verify(bus.gallery, wanted) == []


async def test_a_durable_that_acknowledges_by_itself_is_refused(bus: Bus) -> None:
    js = bus.admin.jetstream()
    name = "gallery__workshop_piece"
    config = (await js.consumer_info("EVT_WORKSHOP", name)).config
    await js.delete_consumer("EVT_WORKSHOP", name)
    await js.add_consumer("EVT_WORKSHOP", config.evolve(ack_policy=AckPolicy.ALL))
    reasons = await verify(bus.gallery, of_service("gallery", ROUTERS["gallery"], publishes=False))
    assert any("ack_policy" in reason for reason in reasons)


async def test_a_missing_durable_is_named(bus: Bus) -> None:
    await bus.admin.jetstream().delete_consumer("EVT_WORKSHOP", "gallery__workshop_piece")
    with pytest.raises(UnsafeError, match="gallery__workshop_piece is missing"):
        await refuse_unsafe_bus(
            bus.gallery,
            of_service("gallery", ROUTERS["gallery"], publishes=False),
            monitor_url=bus.server.monitoring_url,
        )


async def test_a_service_cannot_change_its_stream_or_durables(bus: Bus) -> None:
    js = bus.workshop.jetstream(timeout=0.5)
    config = (await js.stream_info("EVT_WORKSHOP")).config
    with pytest.raises((TimeoutError, NotFoundError)):
        await js.update_stream(config.evolve(max_age=1))
    with pytest.raises((TimeoutError, NotFoundError)):
        await js.delete_stream("EVT_WORKSHOP")


async def test_a_safe_server_is_accepted(bus: Bus) -> None:
    wanted = of_service("gallery", ROUTERS["gallery"], publishes=False)
    await refuse_unsafe_bus(bus.gallery, wanted, monitor_url=bus.server.monitoring_url)


async def test_a_user_who_may_not_look_at_what_it_needs_is_told_so(bus: Bus, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server answers a forbidden question by silence."""
    monkeypatch.setattr("chassis.bus.topology.ANSWER_SECONDS", 0.5)
    foreign = Topology((event_stream("cases", Sizes()),))
    with pytest.raises(UnsafeError, match=r"permissions are too narrow: .*stream\.info\.evt_cases"):
        await refuse_unsafe_bus(bus.gallery, foreign, monitor_url=bus.server.monitoring_url)
    durables = of_service("gallery", ROUTERS["gallery"], publishes=False)
    with pytest.raises(UnsafeError, match=r"permissions are too narrow: .*consumer\.info\.evt_workshop"):
        await refuse_unsafe_bus(bus.workshop, durables, monitor_url=bus.server.monitoring_url)


async def test_a_server_that_syncs_later_is_refused(tmp_path: Path) -> None:
    """Measured: with the default every event of the last two minutes is lost in a power cut."""
    server = Nats(tmp_path / "lazy", sync_always=False)
    server.start()
    client = await connect(server.bootstrap_url, "bootstrap")
    try:
        with pytest.raises(UnsafeError, match="sync_interval must be always"):
            await refuse_unsafe_bus(client, Topology(), monitor_url=server.monitoring_url)
    finally:
        await client.close()
        server.stop()


async def test_varz_of_an_old_server_is_refused(bus: Bus) -> None:
    async with httpx.AsyncClient() as http:
        varz = (await http.get(f"{bus.server.monitoring_url}/varz")).json()
    assert unsafe_server(varz) == []
    assert unsafe_server(varz | {"version": "2.10.29"}) == ["server 2.10.29 is older than 2.14"]
    assert "JetStream is off" in unsafe_server({"version": "2.15.1"})
