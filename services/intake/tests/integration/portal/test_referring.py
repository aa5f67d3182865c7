"""The consultants of the oblast bring specialists of other spheres in and hear of families from agencies."""

from __future__ import annotations

from chassis.testing.running import Caller, Running
from intake.testing import extract, organisation, signal
from intake.testing.portal import OBLAST


async def test_D0_03_and_D0_10_a_consultant_of_the_oblast_refers_a_family_and_hears_of_one(
    intake: Running, consultant: Caller
) -> None:
    service = organisation("service", OBLAST)
    form = (await intake.client().get(f"/regions/{OBLAST}/referral-form")).json()
    spheres = {"health", "education", "law", "culture", "sport", "social"}
    assert ({one["code"] for one in form["departments"]}, form["measures"]) == (spheres, [])
    told = signal(OBLAST, territory="klin", kind="service_request", need=None, sender_organisation_id=str(service))
    told["receiver_organisation_id"] = str(organisation("school", OBLAST))
    refused = await consultant.post("/referrals", json=told)
    assert (refused.status_code, refused.json()["slug"]) == (403, "ground_missing")
    asked = await consultant.post("/referrals", json={**told, "ground": "state-service"})
    assert (asked.status_code, asked.json()["outgoing"]) == (201, True), asked.text
    heard = signal(OBLAST, territory="klin", sender_organisation_id=str(organisation("clinic", OBLAST)))
    filed = (await consultant.post("/referrals", json=heard)).json()
    assert (filed["department"], filed["way"]) == ("health", "health_institution")
    taken = (await consultant.post(f"/referrals/{filed['id']}/accept")).json()
    assert (taken["state"], taken["outreach_id"]) == ("accepted", None), "this service climbs no ladder"
    extracted = await consultant.post("/ipra-extracts", params={"region": OBLAST}, json=extract("1", territory="klin"))
    assert (extracted.status_code, extracted.json()["slug"]) == (422, "unknown_region"), "nor takes it extracts"
