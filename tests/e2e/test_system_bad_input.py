"""Bad input at the gateway: each case gets the answer a person can act on, repeats nothing, and leaves nothing behind.

The rules one by one stand under test in the services; here the whole way is taken once for each.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from local_deploy.story import application
from local_deploy.story.gateway import Person
from local_deploy.story.teller import COORDINATOR
from local_deploy.story.world import EARLY_HELP, FamilyStory, World
from local_deploy.system import System

PROBLEM = "application/problem+json"


@pytest.fixture(scope="module")
def public(system: System) -> Iterator[httpx.Client]:
    """The public at an address of its own: so many forms would use up the limit of the others' one."""
    transport = httpx.HTTPTransport(local_address="127.0.0.2")
    with httpx.Client(base_url=system.url, transport=transport, timeout=60) as client:
        yield client


@pytest.fixture(scope="module")
def family(world: World) -> FamilyStory:
    """A family with an application on its way."""
    found = FamilyStory(EARLY_HELP, "Ошибкина Ева Ильинична", "Ошибкин Лука", "", "89990000013")
    application.submit(world, found, months=8, territory=f"{EARLY_HELP}/severny")
    return found


@pytest.fixture(scope="module")
def form(world: World) -> dict[str, Any]:
    """A filled form without a fault."""
    texts = world.public.get(f"/intake/regions/{EARLY_HELP}/application-form")["consents"]
    return {
        "region": EARLY_HELP,
        "representative_name": "Ошибкина Ева Ильинична",
        "child_name": "Ошибкин Лука",
        "phone": "89990000014",
        "birth_date": (world.clock.now().date() - timedelta(days=200)).isoformat(),
        "registered_in_region": True,
        "consents": [application.consent(world, text) for text in texts],
    }


def stored(world: World) -> str:
    return world.system.postgres.execute("SELECT count(*) FROM applications", "intake").strip()


FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "field missing": ({"phone": None}, "phone"),
    "malformed date": ({"birth_date": "31.02.2026"}, "birth_date"),
    "born in the future": ({"birth_date": "2199-01-01"}, "birth_date"),
    "no phone at all": ({"phone": "позвоните мне"}, "phone"),
    "unknown territory": ({"territory": f"{EARLY_HELP}/atlantis"}, "territory"),
    "territory of another region": ({"territory": "smolensk/gagarin"}, "territory"),
    "unknown region": ({"region": "atlantis"}, "region"),
    "unknown enum value": ({"source": "newspaper"}, "source"),
    "unknown field": ({"shoe_size": 21}, "shoe_size"),
    "no consent": ({"consents": []}, "consents"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_faulty_form_is_refused_by_field_and_stores_nothing(
    world: World, public: httpx.Client, form: dict[str, Any], fault: str
) -> None:
    changes, field = FAULTS[fault]
    before = stored(world)
    answer = public.post("/intake/applications", json={**form, **changes})
    problem = answer.json()
    assert (answer.status_code, answer.headers["content-type"]) == (422, PROBLEM)
    assert problem["detail_ru"]
    assert problem["detail_en"]
    assert fault == "no consent" or field in [error["field"] for error in problem["errors"]]
    assert stored(world) == before


@pytest.mark.parametrize("phone", ["8 (999) 000-00-14", "+7 999 000 00 14", "9990000014", "7-999-0000014"])
def test_D2_16_a_phone_in_any_russian_notation_is_one_number(
    world: World, public: httpx.Client, form: dict[str, Any], phone: str
) -> None:
    filed = public.post("/intake/applications", json={**form, "phone": phone}).json()
    card = world.staff(COORDINATOR[EARLY_HELP]).get(f"/intake/applications/{filed['id']}")
    assert "+79990000014" in str(card)


def test_D2_03_a_child_over_the_age_band_is_shown_the_right_service(
    world: World, public: httpx.Client, form: dict[str, Any]
) -> None:
    older = (world.clock.now().date() - timedelta(days=6 * 365)).isoformat()
    answer = public.post("/intake/applications", json={**form, "birth_date": older})
    assert answer.status_code == 201
    assert answer.json()["outcome"] == "redirected"
    assert answer.json()["redirected_to"]["advice"]


@pytest.mark.parametrize("body", [b"{", b"", b"[1,2", b"\xff\xfe", b'{"a": NaN}', b'{"a": "\xd0"}'])
def test_broken_json_is_refused(public: httpx.Client, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    answer = public.post("/intake/applications", content=body, headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (422, PROBLEM)


@pytest.mark.parametrize(
    ("name", "content", "status"),
    [
        ("a.pdf", b"MZ\x90\x00" + b"\x00" * 100, 415),
        ("a.jpg", b"%PDF-1.7\n%%EOF\n", 415),
        ("a.pdf", b"%PDF-1.7\n" + b"0" * 30_000_000, 413),
    ],
    ids=["a program", "another type", "30 MB"],
)
def test_a_large_or_disguised_file_is_refused(
    public: httpx.Client, family: FamilyStory, name: str, content: bytes, status: int
) -> None:
    files = {"file": (name, content, "application/pdf")}
    headers = {"Status-Token": family.status_token}
    answer = public.post("/intake/applications/status/files", files=files, headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (status, PROBLEM)
    assert public.get("/intake/applications/status", headers=headers).json()["files"] == []


def test_a_stale_version_is_a_conflict(world: World, family: FamilyStory) -> None:
    path, coordinator = f"/intake/applications/{family.application_id}", world.staff(COORDINATOR[EARLY_HELP])
    card = coordinator.get(path)
    stale = {"If-Match": f'"{card["version"] - 1}"'}
    answer = coordinator.call("POST", f"{path}/take", headers=stale)
    assert (answer.status_code, answer.json()["slug"]) == (409, "stale_version")


@pytest.mark.parametrize(
    "token", ["abc", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbmlzdHJhdG9yIn0.", "Иван".encode().hex()]
)
def test_a_token_nobody_issued_opens_nothing(public: httpx.Client, token: str) -> None:
    for service in ("intake/applications", "cases/case-files", "scheduling/visits", "reporting/reports"):
        answer = public.get(f"/{service}", headers={"Authorization": f"Bearer {token}"})
        assert (answer.status_code, answer.headers["content-type"]) == (401, PROBLEM)


def test_a_token_with_a_changed_claim_opens_nothing(world: World, public: httpx.Client) -> None:
    person = Person(world.system, COORDINATOR[EARLY_HELP])
    token = person._headers()["Authorization"].removeprefix("Bearer ")
    person.close()
    head, claims, signature = token.split(".")
    other = claims[:-4] + ("AAAA" if claims[-4:] != "AAAA" else "BBBB")
    for forged in (f"{head}.{other}.{signature}", f"{head}.{claims}.", f"{head}.{claims}.{signature[::-1]}"):
        answer = public.get("/cases/case-files", headers={"Authorization": f"Bearer {forged}"})
        assert answer.status_code == 401


def test_the_same_key_with_another_form_is_refused(public: httpx.Client, form: dict[str, Any]) -> None:
    headers = {"Idempotency-Key": "e2e-bad-input"}
    first = public.post("/intake/applications", json=form, headers=headers)
    other = public.post("/intake/applications", json={**form, "comment": "другая"}, headers=headers)
    assert (first.status_code, other.status_code) == (201, 422)
