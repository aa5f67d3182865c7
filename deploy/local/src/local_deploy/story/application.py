"""Steps 1–5: an application without papers, the call back, the nearest service, the first appointment, the file."""

from __future__ import annotations

from datetime import timedelta
from secrets import token_hex
from typing import Any

from local_deploy.story.gateway import StoryError, eventually
from local_deploy.story.world import FamilyStory, World


def submit(world: World, family: FamilyStory, *, months: int, **more: Any) -> Any:
    """The representative fills in the public form; nothing but the form is asked for (D2-13, D2-16)."""
    form = world.public.get(f"/intake/regions/{family.region}/application-form")
    family.email = family.email or f"family-{token_hex(4)}@example.org"
    body = {
        "region": family.region,
        "representative_name": family.representative,
        "child_name": family.child,
        "phone": family.phone,
        "birth_date": (world.clock.now().date() - timedelta(days=round(months * 30.44))).isoformat(),
        "email": family.email,
        "registered_in_region": True,
        "entry_point": "site",
        "consents": [consent(world, text) for text in form["consents"]],
        **more,
    }
    answer = world.public.post("/intake/applications", body)
    family.application_id, family.status_token = answer["id"], answer["status_token"]
    family.facts["submitted"] = answer
    return answer


def consent(world: World, text: dict[str, Any]) -> dict[str, str]:
    """The consent document of one purpose, with the version and hash of the text that was shown."""
    return {
        "purpose": text["purpose"],
        "text_version": text["version"],
        "text_hash": text["text_hash"],
        "form": "tick",
        "given_at": world.clock.now().isoformat(),
    }


def acknowledgement(world: World, family: FamilyStory) -> Any:
    """The letter that says the application has come in."""
    number = family.facts["submitted"]["number"]
    mail = world.system.mail
    return eventually(
        f"a letter about {number}",
        lambda: next((letter for letter in mail.messages(family.email) if number in letter.text), None),
    )


def worklist_item(world: World, coordinator: str, family: FamilyStory) -> Any:
    """The application in the coordinator's list, with its deadline explained (D2-17)."""
    items = world.staff(coordinator).get("/intake/worklist")["items"]
    found = [item for item in items if item["subject_id"] == family.application_id]
    if not found:
        raise StoryError("the application is not in the coordinator's worklist")
    return found[0]


def call_back(world: World, coordinator: str, family: FamilyStory, need: str, weeks: int | None = None) -> Any:
    """The coordinator takes the family, calls, listens and explains (D2-18, D2-23)."""
    person, path = world.staff(coordinator), f"/intake/applications/{family.application_id}"
    card = person.post(f"{path}/take")
    family.child_id, family.representative_id = card["child_id"], card["representative_id"]
    call = {"outcome": "reached", "need": need, "explanation_given": True, "gestation_weeks": weeks}
    return person.post(f"{path}/calls", call)


def hand_over(world: World, coordinator: str, family: FamilyStory) -> Any:
    """Choose the nearest suitable service by its stated reasons and hand the application over (D2-18, D2-30)."""
    person, path = world.staff(coordinator), f"/intake/applications/{family.application_id}"
    ranked = person.get(f"{path}/nearest-services")["items"]
    family.facts["nearest"] = ranked
    best = next(one for one in ranked if one["suitable"])
    person.post(f"{path}/hand-over", {"serving_organisation_id": best["organisation_id"]})
    return best


def accept(world: World, head: str, family: FamilyStory) -> str:
    """The service accepts; the personal file opens from that fact (D0-24, D3-34)."""
    world.staff(head).post(f"/intake/applications/{family.application_id}/accept")
    listing = {"application_id": family.application_id}
    found = eventually("the case file", lambda: world.staff(head).get("/cases/case-files", params=listing)["items"])
    family.case_id = found[0]["id"]
    return family.case_id


def book_first_appointment(world: World, coordinator: str, family: FamilyStory) -> Any:
    """Book the earliest free time within a week of the call; where there is none, the nearest offered (D2-19)."""
    person = world.staff(coordinator)
    query = {"application_id": family.application_id}
    slots = eventually(
        "free times for the first appointment",
        lambda: _slots(person.call("GET", "/scheduling/first-appointment-slots", params=query)),
    )
    chosen = (slots["in_time"] or slots["nearest"])[0]
    booking = {"application_id": family.application_id, "starts_at": chosen["starts_at"]}
    appointment = person.post("/scheduling/appointments", booking)
    family.facts["appointment"] = appointment
    return appointment


def _slots(response: Any) -> Any:
    # scheduling learns of the call and the hand-over from events: a moment later than intake
    return response.json() if response.status_code == 200 else None
