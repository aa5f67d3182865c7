"""Moscow oblast through the gateway: registration, activation letter, questionnaire, a change by request."""

from __future__ import annotations

from collections.abc import Iterator
from secrets import token_hex
from typing import Any

import pytest
from embedded import login
from local_deploy.staff import DEMO_PASSWORD
from local_deploy.story.application import consent
from local_deploy.story.gateway import Person, eventually
from local_deploy.story.world import World
from local_deploy.system import CLIENT_ID, PHONE_CLIENT_ID, PHONE_REDIRECT_URI

pytestmark = pytest.mark.timeout(300)
REGION, NORTH, SOUTH = "moscow-oblast", "konsultant.sever", "konsultant.yug"
CONTENT = b"%PDF-1.7\n%%EOF\n"


@pytest.fixture(scope="module")
def email() -> str:
    return f"portal-{token_hex(4)}@example.org"


@pytest.fixture(scope="module")
def account(world: World, email: str) -> Iterator[Person]:
    """A mother who has registered by herself, from the letter on."""
    system, user = world.system, f"portal-{token_hex(4)}"
    login.register(system.identity.issuer, system.mail, email, user, "Инна", "Берёзкина", DEMO_PASSWORD)
    person = Person(system, user)
    assert person.post("/intake/accounts")["roles"] == ["account"]
    yield person
    person.close()


@pytest.fixture(scope="module")
def sent(world: World, account: Person) -> dict[str, Any]:
    """Her child's questionnaire: written, a scan attached, consented and sent."""
    form = world.public.get(f"/intake/regions/{REGION}/questionnaire-form")
    answers = {
        "region": REGION,
        "child_name": "Берёзкин Тимур",
        "sex": form["sexes"][1]["code"],
        "birth_date": "2019-05-01",
        "district": f"{REGION}/klin",
        "address": "г. Клин, ул. Тихая, д. 3",
        "diagnosis": "нарушение слуха",
        "status_document": {"number": "0012345", "series": "МСЭ", "issued_on": "2024-06-01"},
        "parents": [{"name": "Берёзкина Инна Львовна"}],
        "mobile_phone": "8 999 000-00-77",
    }
    draft = account.post("/intake/questionnaires", answers)
    url = f"/intake/questionnaires/{draft['id']}"
    file = {"file": ("scan.pdf", CONTENT, "application/pdf")}
    attached = account.call("POST", f"{url}/files", params={"kind": "status_document"}, files=file)
    assert attached.status_code == 201, attached.text
    assert account.call("POST", f"{url}/send", json={"consents": []}).json()["slug"] == "consent_missing"
    consents = [consent(world, text) for text in form["consents"]]
    return dict(account.post(f"{url}/send", {"consents": consents}))


def reached(world: World, tokens: dict[str, Any]) -> list[str]:
    """The roles an access token opens at the gateway."""
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    roles: list[str] = world.public.get("/intake/accounts/me", headers=headers)["roles"]
    return roles


def test_D0_13_who_has_registered_logs_in_on_the_site_and_on_the_phone(
    world: World, account: Person, email: str
) -> None:
    system = world.system
    for client, back in ((CLIENT_ID, system.redirect_uri), (PHONE_CLIENT_ID, PHONE_REDIRECT_URI)):
        tokens = login.authorization_code_login(system.identity.issuer, client, back, email, DEMO_PASSWORD)
        assert reached(world, tokens) == ["account"]


def test_D0_14_whoever_has_registered_is_told_so_and_stands_before_the_form(world: World) -> None:
    system, name = world.system, f"portal-{token_hex(4)}"
    mother = login.Newcomer(f"{name}@example.org", name, "Яна", "Осокина", DEMO_PASSWORD)
    with login.Session(system.identity.issuer, CLIENT_ID, system.redirect_uri) as browser:
        # she is back on the site with the right to her account, without having logged in
        tokens = browser.register(system.mail, mother)
    text = "Теперь для Вас доступны дополнительные возможности сайта"
    letter = system.mail.wait_for(mother.email, holding=text)
    assert letter.subject == "Ваша учетная запись активирована"
    assert text in letter.html
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert world.public.post("/intake/accounts", headers=headers)["roles"] == ["account"]
    form = world.public.get(f"/intake/regions/{REGION}/questionnaire-form", headers=headers)
    draft = world.public.post("/intake/questionnaires", {"region": form["region"]}, headers=headers)
    assert draft["state"] == "draft"


def test_D0_15_a_forgotten_password_is_recovered_and_a_session_ended(world: World, account: Person, email: str) -> None:
    system, new = world.system, "Zelyonyj-Zontik-12"
    issuer = system.identity.issuer
    login.recover_password(issuer, system.mail, email, email, new)
    try:
        with login.Session(issuer, CLIENT_ID, system.redirect_uri) as session:
            assert reached(world, session.log_in(email, new)) == ["account"]
            assert reached(world, session.return_later()) == ["account"]
            session.log_out()
            with pytest.raises(login.LoginError):
                session.return_later()
    finally:
        login.recover_password(issuer, system.mail, email, email, DEMO_PASSWORD)


def test_D0_13_whoever_confirms_the_letter_has_an_account(world: World, account: Person, email: str) -> None:
    assert world.system.mail.messages(email)
    assert account.get("/intake/accounts/me")["children"] == []


def test_D0_22_the_questionnaire_goes_to_the_consultant_of_the_sector(world: World, sent: dict[str, Any]) -> None:
    (north, *_) = world.public.get(f"/intake/regions/{REGION}/sectors")["sectors"]
    assert (sent["state"], sent["consultant_id"]) == ("sent", north["consultant"]["id"])
    items = world.staff(NORTH).get("/intake/worklist", params={"kind": "questionnaire"})["items"]
    (item,) = [item for item in items if item["subject_id"] == sent["id"]]
    assert "5 рабочих дней" in item["explanation"]
    card = world.staff(NORTH).get(f"/intake/questionnaires/{sent['id']}")
    assert card["answers"]["child_name"] == "Берёзкин Тимур"
    assert card["withheld"] == ["health"]


def test_D0_17_a_change_is_in_force_once_the_consultant_accepts_it(
    world: World, account: Person, sent: dict[str, Any]
) -> None:
    url, consultant = f"/intake/questionnaires/{sent['id']}", world.staff(NORTH)
    assert consultant.post(f"{url}/accept", {})["state"] == "accepted"
    change = account.post(f"{url}/changes", {"district": f"{REGION}/kolomna", "address": "г. Коломна, ул. Новая, д. 1"})
    assert account.get(url)["district"] == f"{REGION}/klin"
    consultant.post(f"/intake/data-changes/{change['id']}/decide", {"accept": True})
    assert account.get(url)["answers"]["address"] == "г. Коломна, ул. Новая, д. 1"
    south = world.staff(SOUTH).get("/intake/accounts/me")["id"]
    eventually("the new sector", lambda: world.staff(SOUTH).get(url)["consultant_id"] == south)


def test_the_family_takes_its_data_along_and_reads_it_in_large_letters(account: Person, sent: dict[str, Any]) -> None:
    preferred = account.call("PUT", "/intake/accounts/me/preferences", json={"low_vision": True})
    assert preferred.json()["low_vision"] is True
    told = account.get("/intake/accounts/me/export")
    assert [one["id"] for one in told["questionnaires"]] == [sent["id"]]
    page = account.call("GET", "/intake/accounts/me/export", params={"format": "html"})
    assert "нарушение слуха" in page.text
    assert "font:1.6rem" in page.text
