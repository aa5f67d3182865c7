"""Fills a service with something to ask about, and makes the person of a role who may see all of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from cases.testing import Family
from chassis.privacy import keyring
from chassis.testing.running import Running
from contracts.access import Role
from contracts.event import Event
from contracts.identifiers import named_id
from contracts.sealed import PersonKey, Sealed
from contracts.testing import every_example, example_key
from intake.directory.background import load_directories
from intake.extracts.commands.import_extracts import work_off_one
from intake.outreach.background import name_finders_of_packs
from intake.testing import IRKUTSK, MOSCOW, Route, extract, organisation, signal
from intake.testing.enquiries import Desk
from intake.testing.portal import OBLAST, accepted
from scheduling.resources.commands import load_at_start
from scheduling.testing import CENTRE, CREW, POINT, SMOLENSK, VEHICLE, World

from tests.deep.known import Names

OPERATOR = organisation("operator-angarsk", IRKUTSK)
NAMED = {
    Role.COORDINATOR: named_id("principal", f"{MOSCOW}/koordinator.moskva"),
    Role.SPECIALIST: named_id("principal", f"{MOSCOW}/specialist.sever1"),
}
"""Who answers for the scene's families by name; nobody else of the role stands so near."""


async def filled(app: Running) -> dict[str, str]:
    """Records behind as many doors of the service as a day of work leaves; status tokens by the tag of their doors."""
    if app.service.name == "intake":
        return await _intake(app)
    if app.service.name == "scheduling":
        await load_at_start(app.worker)
    await _hears_the_examples(app)
    if app.service.name == "scheduling":
        await _scheduling(World(app))
    if app.service.name == "cases":
        await _cases(app)
    return {}


async def widest(app: Running, role: Role, values: Names) -> str | None:
    """The token of somebody of the role who stands to everything in every relation; None for the anonymous."""
    if role is Role.PUBLIC:
        return None
    ids = {name: [UUID(v) for v in found] for name, found in values.items() if name.endswith("_id")}
    organisations = [id for name, found in ids.items() if "organisation" in name for id in found]
    who = await app.as_role(
        role,
        id=NAMED.get(role, named_id("principal", f"deep/{role}")),
        organisation_ids=organisations,
        territories=values["territory"],
        regions=values["region"],
        child_ids=ids.get("child_id", []),
        specialist_id=next(iter(ids.get("specialist_id", [])), None),
    )
    return who.headers["Authorization"].removeprefix("Bearer ")


async def _hears_the_examples(app: Running) -> None:
    heard = {(s.producer, s.aggregate, s.fact) for s in app.service.subscriptions}
    for _, _, event in every_example():
        source = event.producer, event.aggregate
        if not heard.isdisjoint({(*source, None), (*source, event.fact)}):
            await _know_keys(app, event)
            await app.deliver(event)


async def _know_keys(app: Running, event: Event) -> None:
    for _, value in event:
        if isinstance(value, Sealed):
            await _know_key(app, example_key(value.key_id))


async def _know_key(app: Running, key: PersonKey) -> None:
    jetstream = app.worker.keys._jetstream
    assert jetstream
    await jetstream.publish(keyring.subject(key.person_id), app.worker.keys.wrap(key), headers={"Key-Version": "1"})


async def _cases(app: Running) -> None:
    """Three files: just opened, a programme being drawn up, a programme in force."""
    await _family(app)
    drawing = await _family(app)
    await drawing.first_appointment()
    await drawing.iprp()
    served = await _family(app)
    await served.first_appointment()
    await served.approved(await served.iprp())


async def _family(app: Running) -> Family:
    family = await Family.accepted(app, coordinator_id=NAMED[Role.COORDINATOR])
    await _know_key(app, family.key)
    fault = await app.deliver(family.event)
    assert fault is None, fault
    await family.sign_in()
    return family


async def _intake(app: Running) -> dict[str, str]:
    await load_directories(app.worker)
    await name_finders_of_packs(app.worker)
    await _questionnaires(app)
    await _families_told_of(Route(app, IRKUTSK))
    return {"applications": await _applications(Route(app)), "enquiries": await _journal(Desk(app))}


async def _applications(route: Route) -> str:
    coordinator, head = await route.person("koordinator.moskva"), await route.person("head.sever")
    filed = await route.submitted()
    await route.reached(coordinator)
    await route.handed_over(coordinator, "early-help-south")
    card = await route.handed_over(coordinator, "early-help-north", territory=f"{MOSCOW}/severny")
    await _done(head.post(f"/applications/{card['id']}/accept"))
    return str(filed["status_token"])


async def _questionnaires(app: Running) -> None:
    family = await app.as_role(Role.ACCOUNT, id=named_id("principal", "deep/account"))
    await _done(family.post("/accounts"))
    card = await accepted(family, await Route(app, OBLAST).person("konsultant.sever"))
    await _done(family.post(f"/questionnaires/{card['id']}/changes", json={"note": "новое"}))


async def _journal(desk: Desk) -> str:
    curator = await desk.person("kurator.muromtsevo")
    called = {"channel": "phone", "name": "Вязова Дарья Ильинична", "phone": "8 905 000 77 88", "theme": "devices"}
    asked = {"question": "Как получить ходунки?", "territory": f"{desk.region}/artyn", "help_kind": "rehabilitation"}
    await desk.serving(curator, (await desk.registered(curator, **called, **asked))["id"], "lfk.muromtsevo")
    sent = await desk.submitted(name=called["name"], email="vyazova@example.org")
    return str(sent["status_token"])


async def _families_told_of(route: Route) -> None:
    curator = await route.person("koordinator.angarsk")
    clinic = str(organisation("polyclinic", IRKUTSK))
    await _done(curator.post("/referrals", json=signal(sender_organisation_id=clinic)))
    await _done(curator.post(f"/ipra-extracts?region={IRKUTSK}", json=extract("д-1")))
    assert await work_off_one(route.app.worker)
    (told,) = (await curator.get("/ipra-extracts")).json()["items"]
    mark = {"measure": 1, "executed": True, "executed_on": "2026-03-01"}
    await _done(curator.post(f"/ipra-extracts/{told['id']}/executions", json=mark))
    await _done(curator.post("/ipra-returns", json={"region": IRKUTSK, "organisation_id": str(OPERATOR)}))


async def _scheduling(world: World) -> None:
    """A first appointment, two trips, a month on its way with dates to choose from and a conflict to decide."""
    family, head = await world.moscow_family(), await world.coordinator()
    free = await _done(head.get(f"/first-appointment-slots?application_id={family.application_id}"))
    wanted = {"application_id": str(family.application_id), "starts_at": free["in_time"][0]["starts_at"]}
    await _done(head.post("/appointments", json=wanted))
    await world.moscow_family()
    await _trips(world)
    await _month(world)


async def _trips(world: World) -> None:
    head, host = await world.head(), await world.host()
    for day, steps in (("2026-03-12", 2), ("2026-03-19", 0)):
        services = ["psychologist_session", "speech_session"]
        invited = [{"child_id": str((await world.smolensk_family()).child_id), "services": services}]
        crew = {"specialist_ids": [str(one) for one in CREW], "vehicle_id": str(VEHICLE)}
        trip = await _done(head.post("/trips", json={"point_id": str(POINT), "day": day, "invited": invited, **crew}))
        for who, step in [(host, "confirm"), (head, "publish")][:steps]:
            await _done(who.post(f"/trips/{trip['id']}/{step}"))


async def _month(world: World) -> None:
    await world.with_programme()
    head = await world.head()
    plan = {"organisation_id": str(CENTRE), "region": SMOLENSK, "month": "2026-03"}
    made = await _done(head.post("/plans", json=plan))
    for step in ("accept", "publish"):
        await _done(head.post(f"/plans/{made['id']}/{step}"))
    disputed, missed, *_ = [visit["visit_id"] for visit in made["visits"] if visit["mode"] == "home"]
    told = [(1, disputed, "family_declined"), (2, disputed, "nobody_home"), (1, missed, "child_ill")]
    for number, visit, outcome in told:
        await _report(world, number, visit, outcome)
    await world.app.fire_timers()


async def _report(world: World, number: int, visit: str, outcome: str) -> None:
    now = world.app.clock.now().isoformat()
    report = {"client_id": str(uuid4()), "visit_id": visit, "base_version": 1, "reported_at": now, "outcome": outcome}
    device = await world.specialist(number)
    body = {"device_id": f"tablet-{number}", "items": [report | {"services": []}]}
    await _done(device.post("/day-sheets/sync", json=body))


async def _done(call: Any) -> Any:
    answer = await call
    assert answer.is_success, answer.text
    return answer.json() if answer.content else None
