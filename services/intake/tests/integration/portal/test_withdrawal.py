"""The consent a questionnaire was sent on is taken back (D0-22; 152-FZ art. 9 p. 2, art. 21 p. 5)."""

from __future__ import annotations

import pytest
from chassis.testing.running import Caller, Running
from contracts.intake import ContactConsentWithdrawn, HealthConsentWithdrawn
from intake.testing.portal import ANSWERS, OBLAST, accepted, consents, sent


@pytest.mark.parametrize("at_the_consultants", [False, True])
async def test_D0_22_after_a_withdrawn_consent_staff_read_nothing_until_the_family_sends_anew(
    intake: Running, family: Caller, consultant: Caller, at_the_consultants: bool
) -> None:
    card = await sent(family)
    url = f"/questionnaires/{card['id']}"
    await consultant.post(f"{url}/health-consent", json={"paper_seen": True})
    for _ in range(2):
        told = await (consultant if at_the_consultants else family).post(f"{url}/contact-consent/withdraw")
        assert (told.status_code, told.json()["state"], told.json()["due_at"]) == (200, "withdrawn", None), told.text
    seen = (await consultant.get(url)).json()
    shown = {name: answer for name, answer in seen["answers"].items() if answer}
    assert (shown, seen["health_consent_at"]) == ({"district": f"{OBLAST}/klin"}, None)
    assert seen["withheld"] == ["contact", "health", "social"]
    assert (await consultant.post(f"{url}/accept", json={})).json()["slug"] == "wrong_state"
    assert not [one for one in (await consultant.get("/worklist")).json()["items"] if one["subject_id"] == card["id"]]
    assert (await family.get(url)).json()["answers"]["child_name"] == ANSWERS["child_name"]
    for kind in (ContactConsentWithdrawn, HealthConsentWithdrawn):
        assert len([e for e in await intake.published(kind) if str(e.aggregate_id) == card["id"]]) == 1
    again = await family.post(f"{url}/send", json={"consents": consents()})
    assert (again.status_code, again.json()["state"]) == (200, "sent"), again.text
    assert (await consultant.get(url)).json()["answers"]["child_name"] == ANSWERS["child_name"]


async def test_D0_22_the_consent_of_an_accepted_questionnaire_is_withdrawn_by_letter(
    intake: Running, family: Caller, consultant: Caller
) -> None:
    url = f"/questionnaires/{(await accepted(family, consultant))['id']}/contact-consent/withdraw"
    refused = await family.post(url)
    assert (refused.status_code, refused.json()["slug"]) == (409, "accepted_already")
    stranger = await intake.as_role("account")
    await stranger.post("/accounts")
    assert (await stranger.post(url)).status_code == 404
    form = (await intake.client().get(f"/regions/{OBLAST}/questionnaire-form")).json()
    (text,) = [one["text"] for one in form["consents"] if one["purpose"] == "contact"]
    assert "письменным заявлением" in text, "what the family agrees to says so"
