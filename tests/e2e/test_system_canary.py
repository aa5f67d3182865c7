"""A family's words are looked for everywhere they must not be, and found where they belong."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from secrets import token_hex

import httpx
import pytest
from embedded import LOOPBACK
from local_deploy.story import application, first_appointment
from local_deploy.story.teller import COORDINATOR, HEAD, SPECIALISTS
from local_deploy.story.world import EARLY_HELP, FamilyStory, World
from local_deploy.system import SERVICES, System

from tests.spans import Collector

OURS = (
    "Канарейкина",
    "Аглая",
    "Прохорушка",
    "9997715533",
    "771-55-33",
    "потайной тупик",
    "синдром канарейки",
    "кашель по ночам",
)
THE_STORYS = ("Травин", "Луговая", "Недоношенность", "9990000001", "9990000002", "000-00-01", "тянется к игрушкам")
"""What the main story feeds in; there when it was played before."""
FROM_THE_STORY = ("держал ложку", "Ест ложкой")
PLACES_OF_MESSAGES = (
    "outbox",
    "inbox",
    "dead_letters",
    "consumer_attempts",
    "timers",
    "read_audit",
    "idempotency_keys",
)


@pytest.fixture(scope="module")
def family(world: World) -> Iterator[FamilyStory]:
    """A family on its way up to an approved programme, so that its words pass through every service."""
    email = f"aglaya-{token_hex(4)}@example.org"
    found = FamilyStory(EARLY_HELP, "Канарейкина Аглая Мироновна", "Канарейкин Прохорушка", email, "8 (999) 771-55-33")
    coordinator, head, specialists = COORDINATOR[EARLY_HELP], HEAD[EARLY_HELP], SPECIALISTS[EARLY_HELP]
    more = {"actual_address": "потайной тупик, дом 9", "diagnosis": "синдром канарейки"}
    application.submit(world, found, months=7, territory=f"{EARLY_HELP}/severny", **more)
    application.acknowledgement(world, found)
    application.call_back(world, coordinator, found, "кашель по ночам", 34)
    application.hand_over(world, coordinator, found)
    application.accept(world, head, found)
    first_appointment.see_documents(world, specialists[0], found)
    first_appointment.record_consents(world, specialists[0], found, "health")
    first_appointment.bind_account(world, specialists[0], found)
    first_appointment.assess(world, specialists[0], found, specialists, {"d440": 2})
    first_appointment.recognise(world, specialists[0], found)
    first_appointment.fix_team(world, specialists[0], found, specialists)
    first_appointment.early_help_programme(world, specialists[0], head, found)
    yield found
    assert found.account
    found.account.close()


def words(family: FamilyStory) -> list[bytes]:
    """Everything that must not be there, as text and as JSON may write it."""
    plain = (*OURS, *THE_STORYS, *FROM_THE_STORY, family.email, family.status_token)
    return list(dict.fromkeys(form for word in plain for form in (word.encode(), json.dumps(word)[1:-1].encode())))


def found_in(content: bytes, family: FamilyStory) -> list[str]:
    return [word.decode() for word in words(family) if word in content]


def read(paths: Iterable[Path]) -> bytes:
    return b"\n".join(path.read_bytes() for path in paths if path.is_file())


def test_the_search_finds_what_is_there(world: World, family: FamilyStory) -> None:
    mails = world.system.mail.messages(family.email)
    letters = " ".join(f"{mail.recipients} {mail.text} {mail.html}" for mail in mails)
    assert {"Аглая", family.email} <= set(found_in(letters.encode(), family))
    card = world.staff(COORDINATOR[EARLY_HELP]).call("GET", f"/intake/applications/{family.application_id}")
    assert {"Канарейкина", "9997715533", "потайной тупик"} <= set(found_in(card.content, family))


def test_no_log_names_a_person(system: System, family: FamilyStory) -> None:
    """The identity provider's own log stays in its data folder, outside of this rule (an ADR says so)."""
    logs = [path for path in system.data_dir.rglob("*.log") if not path.is_relative_to(system.data_dir / "identity")]
    assert len(logs) >= 2 * len(SERVICES)
    content = read(logs)
    assert b'"event": "request"' in content
    assert found_in(content, family) == []


def test_no_metric_names_a_person(system: System, family: FamilyStory) -> None:
    ports = [process.env["MARSHRUT_PORT"] for process in system.processes.values()]
    pages = b"".join(httpx.get(f"http://{LOOPBACK}:{port}/metrics").content for port in ports)
    assert b"http_request_seconds" in pages
    assert found_in(pages, family) == []


def test_no_byte_of_the_bus_names_a_person(system: System, family: FamilyStory) -> None:
    store = system.nats.store_dir
    content = read(path for path in store.rglob("*") if path.suffix not in {".log", ".conf"})
    assert b"intake.application.submitted.v2" in content
    assert b"EVT_INTAKE" in b"".join(str(path).encode() for path in store.rglob("*.blk"))
    assert found_in(content, family) == []


@pytest.mark.parametrize("service", SERVICES)
def test_no_row_on_the_way_names_a_person(system: System, family: FamilyStory, service: str) -> None:
    rows = []
    for table in PLACES_OF_MESSAGES:
        rows.append(system.postgres.execute(f"SELECT string_agg({table}::text, ' ') FROM {table}", service))
    payloads = "SELECT string_agg(convert_from(payload, 'UTF8'), ' ') FROM dead_letters"
    rows.append(system.postgres.execute(payloads, service))
    content = "\n".join(rows).encode()
    assert b"handle" in content or b"ce-type" in content or service == "reporting"
    assert found_in(content, family) == []


def test_no_span_names_a_person(collector: Collector, family: FamilyStory) -> None:
    content = b"\n".join(collector.raw)
    assert b"/applications/{application_id}/take" in content
    assert found_in(content, family) == []
