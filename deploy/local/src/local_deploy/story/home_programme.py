"""Steps 7–9: an IKSRA under an IPPSU, a planned month, a trip to a point, a brigade's reports, an illness."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from contracts.identifiers import named_id

from local_deploy.story.gateway import Person, StoryError, eventually
from local_deploy.story.world import HOME_PROGRAMME, FamilyStory, World

ZONE = ZoneInfo("Europe/Moscow")
HEAD, SPECIALIST, HOST = "head.smolensk", "specialist.smolensk1", "host.gagarin"
CENTRE = str(named_id("organisation", f"{HOME_PROGRAMME}/centre"))
POINT = str(named_id("point", f"{HOME_PROGRAMME}/gagarin"))
BRIGADE = str(named_id("brigade", f"{HOME_PROGRAMME}/brigade-1"))
VEHICLE = str(named_id("vehicle", f"{HOME_PROGRAMME}/car-1"))


def month_ahead(world: World) -> date:
    """The first day of the month the story plans: the one after the present."""
    return (world.clock.now().astimezone(ZONE).date().replace(day=1) + timedelta(days=32)).replace(day=1)


def record_ippsu(world: World, family: FamilyStory) -> Any:
    """Number, date and term of the IPPSU another authority has issued (D4-05)."""
    today = world.clock.now().date()
    paper = {
        "number": f"ИППСУ-{today.year}-{uuid4().int % 10_000:04}",
        "issued_on": (today - timedelta(days=20)).isoformat(),
        "valid_until": (today + timedelta(days=700)).isoformat(),
        "issuer": "Отдел социальной защиты населения в Гагаринском районе",
    }
    return world.staff(HEAD).post(f"/cases/case-files/{family.case_id}/ippsu", paper)


def approve_iksra(world: World, family: FamilyStory) -> Any:
    """The month's card from the pack's template: signed by the representative, then approved by the head (D4-09)."""
    card = {"kind": "iksra", "starts_on": month_ahead(world).isoformat()}
    drafted = world.staff(SPECIALIST).post(f"/cases/case-files/{family.case_id}/programmes", card)
    world.staff(SPECIALIST).post(f"/cases/programmes/{drafted['id']}/sign", {"form": "paper"})
    return world.staff(HEAD).post(f"/cases/programmes/{drafted['id']}/approve")


def plan_trip(world: World, family: FamilyStory) -> Any:
    """A day at a partner's point: planned by the head, confirmed by the host, published (D4-15, D4-17)."""
    people = [str(named_id("specialist", f"{HOME_PROGRAMME}/specialist.smolensk{n}")) for n in (1, 2)]
    invited = [{"child_id": family.child_id, "services": ["psychologist_session", "speech_session"]}]
    body = {"point_id": POINT, "specialist_ids": people, "vehicle_id": VEHICLE, "invited": invited}
    trip = _on_an_open_day(world, body)
    confirm = f"/scheduling/trips/{trip['id']}/confirm"
    world.staff(HOST).post(confirm)
    trip = world.staff(HEAD).post(f"/scheduling/trips/{trip['id']}/publish")
    family.facts["trip"] = trip
    return trip


def _on_an_open_day(world: World, body: dict[str, Any]) -> Any:
    """The first working day of the month's second half on which everybody is free."""
    head, refusals = world.staff(HEAD), []
    for offset in range(16, 27):
        day = month_ahead(world) + timedelta(days=offset)
        answer = eventually("the child known to scheduling", partial(_unless_unknown, head, _on(body, day)))
        if answer.is_success:
            return answer.json()
        refusals.append(answer.json().get("slug"))
    raise StoryError(f"no day for the trip: {refusals}")


def _on(body: dict[str, Any], day: date) -> dict[str, Any]:
    return {**body, "day": day.isoformat()}


def _unless_unknown(head: Person, body: dict[str, Any]) -> Any:
    answer = head.call("POST", "/scheduling/trips", json=body)
    return None if answer.status_code == 404 else answer


def plan_month(world: World, family: FamilyStory) -> Any:
    """Visits and remote sessions of the month, routed, checked, accepted, published (D4-12, D4-15)."""
    head = world.staff(HEAD)
    wanted = {"organisation_id": CENTRE, "region": HOME_PROGRAMME, "month": month_ahead(world).isoformat()}
    plan = eventually("demand for visits", lambda: _for_child(head.post("/scheduling/plans", wanted), family))
    head.post(f"/scheduling/plans/{plan['id']}/accept")
    published = head.post(f"/scheduling/plans/{plan['id']}/publish")
    family.facts["plan"] = published
    return published


def _for_child(plan: Any, family: FamilyStory) -> Any:
    return plan if any(visit["child_id"] == family.child_id for visit in plan["visits"]) else None


def home_visits(family: FamilyStory) -> list[Any]:
    """The family's home visits of the plan, in order of time."""
    visits = family.facts["plan"]["visits"]
    return [visit for visit in visits if visit["mode"] == "home" and visit["child_id"] == family.child_id]


def eve_of(world: World, visit: Any) -> None:
    """The evening before, when the reminder goes out."""
    day = _day(visit["starts_at"]) - timedelta(days=1)
    world.clock.advance_to(datetime.combine(day, time(19, 0), ZONE))


def letters(world: World, family: FamilyStory, *words: str) -> list[Any]:
    """The letters to the family whose subject or text holds all the words."""
    mails = world.system.mail.messages(family.email)
    return [mail for mail in mails if all(word.lower() in f"{mail.subject} {mail.text}".lower() for word in words)]


def fetch_day_sheet(world: World, visit: Any) -> Any:
    """What the brigade takes along; addresses and phones open only here."""
    world.clock.advance_to(_moment(visit["starts_at"]))
    return world.staff(SPECIALIST).get(f"/scheduling/day-sheets/{BRIGADE}/{_day(visit['starts_at'])}")


def entry(sheet: Any, visit: Any) -> Any:
    """The visit's line of the day sheet."""
    return next(line for line in sheet["visits"] if line["visit_id"] == visit["visit_id"])


def performed(world: World, line: Any) -> dict[str, Any]:
    """A report that everything on the line was done; ids are the device's own."""
    services = [
        {"delivery_id": str(uuid4()), **{name: service[name] for name in ("line_id", "service_code", "minutes")}}
        for service in line["services"]
    ]
    return {
        "client_id": str(uuid4()),
        "visit_id": line["visit_id"],
        "base_version": line["version"],
        "reported_at": world.clock.now().isoformat(),
        "outcome": "performed",
        "services": services,
    }


def sync(world: World, *items: dict[str, Any], device: str = "tablet-1") -> list[Any]:
    """Send what a device has written; the answers, one per item."""
    answer = world.staff(SPECIALIST).post("/scheduling/day-sheets/sync", {"device_id": device, "items": list(items)})
    found: list[Any] = answer["items"]
    return found


def resolve_conflict(world: World, family: FamilyStory, choice: str = "kept") -> Any:
    """A person looks at both values and decides; neither has vanished (T1)."""
    head = world.staff(HEAD)
    conflicts = [one for one in head.get("/scheduling/sync-conflicts")["items"] if one["child_id"] == family.child_id]
    for conflict in conflicts:
        head.post(f"/scheduling/sync-conflicts/{conflict['id']}/resolve", {"choice": choice})
    return conflicts


def take_a_visit_back(world: World, family: FamilyStory, visit: Any) -> list[dict[str, int]]:
    """A visit was reported as done and turns out to have found nobody at home: done per group before, with, after."""
    counts = [_done(world, family)]
    line = entry(fetch_day_sheet(world, visit), visit)
    report = performed(world, line)
    sync(world, report)
    counts.append(eventually("the services counted", lambda: _other_than(counts[0], _done(world, family))))
    sync(world, {**report, "client_id": str(uuid4()), "outcome": "nobody_home", "services": []}, device="tablet-2")
    resolve_conflict(world, family, "offered")
    counts.append(eventually("the services taken back", lambda: _other_than(counts[1], _done(world, family))))
    return counts


def _done(world: World, family: FamilyStory) -> dict[str, int]:
    return {name: group["done"] for name, group in quota(world, family).items()}


def _other_than(before: dict[str, int], now: dict[str, int]) -> dict[str, int] | None:
    return now if now != before else None


def report_illness(world: World, visit: Any) -> date:
    """At the door: the child is ill. The month is paused, new dates are offered."""
    sheet = fetch_day_sheet(world, visit)
    until = _day(visit["starts_at"]) + timedelta(days=5)
    ill = {
        **performed(world, entry(sheet, visit)),
        "outcome": "child_ill",
        "services": [],
        "ill_until": until.isoformat(),
    }
    (answer,) = sync(world, ill)
    if answer["status"] != "applied":
        raise StoryError(f"the illness was not taken: {answer}")
    return until


def quota(world: World, family: FamilyStory) -> dict[str, Any]:
    """The child's 8 + 8 as the personal file counts it, by group (D4-07)."""
    month = f"{month_ahead_of(family):%Y-%m}"
    card = world.staff(HEAD).get(f"/cases/case-files/{family.case_id}/quota", params={"month": month})
    return {group["group"]: group for programme in card["programmes"] for group in programme["groups"]}


def month_ahead_of(family: FamilyStory) -> date:
    """The month that was planned."""
    return date.fromisoformat(family.facts["plan"]["month"])


def take_an_offer(family: FamilyStory) -> Any:
    """The family chooses one of the offered times itself (T5)."""
    account = family.account
    assert account is not None
    path = f"/scheduling/children/{family.child_id}/offers"
    waiting = eventually("offers of new dates", lambda: [one for one in account.get(path)["items"] if one["offers"]])
    return account.post(f"/scheduling/offers/{waiting[0]['offers'][0]['id']}/accept")


def serve_at_the_point(world: World, family: FamilyStory) -> Any:
    """The trip takes place; every invited family's services are reported (D4-17)."""
    trip = family.facts["trip"]
    (invitation,) = [one for one in trip["invitations"] if one["child_id"] == family.child_id]
    world.clock.advance_to(_moment(invitation["ends_at"]))
    sheet = world.staff(SPECIALIST).get(f"/scheduling/day-sheets/{BRIGADE}/{trip['day']}")
    expected = [line for one in sheet["trips"] if one["trip_id"] == trip["id"] for line in one["invitations"]]
    (line,) = [one for one in expected if one["child_id"] == family.child_id]
    report = performed(world, {**line, "visit_id": None}) | {"trip_id": trip["id"], "child_id": family.child_id}
    (answer,) = sync(world, report)
    return answer


def sign_act(world: World, family: FamilyStory) -> Any:
    """The act of urgent services comes prefilled; the representative signs (D4-21)."""
    person = world.staff(SPECIALIST)
    acts = eventually(
        "the prefilled act",
        lambda: [one for one in person.get("/cases/urgent-acts")["items"] if one["case_id"] == family.case_id],
    )
    return person.post(f"/cases/urgent-acts/{acts[0]['id']}/sign", {"form": "paper"})


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _day(text: str) -> date:
    return _moment(text).astimezone(ZONE).date()
