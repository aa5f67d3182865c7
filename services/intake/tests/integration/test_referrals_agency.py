"""Agencies' own systems: credentials, signatures, repeats, and callbacks that survive an outage."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from shutil import copytree
from typing import Any
from uuid import uuid4

import pytest
from chassis.testing.plugin import START, Runner
from chassis.testing.running import Caller, Running
from intake.agencies.commands.verify_message import sign
from intake.agencies.model import AgencyEndpoint, Callback
from intake.agencies.target import TargetRefusedError, check_url, post
from intake.directory.background import load_directories
from intake.extracts.commands.import_extracts import work_off_one
from intake.finding.referrals_pack import ReferralsPack
from intake.main import service
from intake.outreach.background import name_finders_of_packs
from intake.referrals.background import call_one_back
from intake.testing import IRKUTSK, REGIONS, Route, extract, finding_packs, organisation, signal
from sqlalchemy import select, update
from standardwebhooks import Webhook

CLINIC = organisation("polyclinic", IRKUTSK)


@pytest.fixture(scope="module")
async def intake(module_running: Runner, tmp_path_factory: pytest.TempPathFactory) -> Running:
    """Intake with a region whose pack lets callbacks go to this machine."""
    regions: Path = copytree(REGIONS, tmp_path_factory.mktemp("packs") / "regions")
    pack = regions / IRKUTSK / "referrals.yaml"
    written = pack.read_text("utf-8").replace("allow_private: false", "allow_private: true")
    pack.write_text(written.replace("[polyclinic.example.org]", "[127.0.0.1]"), "utf-8")
    app = await module_running(service, regions_dir=regions, form_rate="100000/minute")
    await load_directories(app.worker)
    await name_finders_of_packs(app.worker)
    return app


@pytest.fixture(autouse=True)
async def monday_morning(intake: Running) -> None:
    intake.clock.set(START)
    async with intake.unit() as unit:
        await unit.session.execute(update(Callback).values(gave_up_at=START))


@dataclass
class System:
    """The agency's own server: it answers as told and keeps what it was sent."""

    url: str
    answer: str = "204 No Content"
    heard: list[tuple[dict[str, str], dict[str, Any]]] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)


@pytest.fixture
async def system() -> AsyncIterator[System]:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        pairs = (line.partition(": ") for line in head.split("\r\n")[1:] if ": " in line)
        headers = {name.lower(): value for name, _, value in pairs}
        body = await reader.readexactly(int(headers["content-length"]))
        told.heard.append((headers, json.loads(body)))
        told.raw.append(body)
        extra = "Location: http://127.0.0.1:9/elsewhere\r\n" if told.answer.startswith("3") else ""
        writer.write(f"HTTP/1.1 {told.answer}\r\n{extra}Content-Length: 0\r\nConnection: close\r\n\r\n".encode())
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    told = System(f"http://127.0.0.1:{port}/marshrut")
    async with server:
        yield told


@dataclass
class Agency:
    """The polyclinic's system with its credentials."""

    caller: Caller
    secret: str
    endpoint_id: str

    async def send(self, path: str, body: dict[str, Any], at: datetime = START, **changes: str) -> Any:
        content = json.dumps(body).encode()
        headers = sign(self.secret, changes.pop("id", str(uuid4())), at, content)
        headers |= {name.replace("_", "-"): value for name, value in changes.items()}
        return await self.caller.post(path, content=content, headers={**headers, "content-type": "application/json"})


@pytest.fixture
async def agency(intake: Running, system: System) -> Agency:
    administrator = await intake.as_role("administrator")
    async with intake.unit() as unit:
        known = await unit.session.scalar(select(AgencyEndpoint.id).where(AgencyEndpoint.organisation_id == CLINIC))
    if known is None:
        body = {"region": IRKUTSK, "organisation_id": str(CLINIC), "callback_url": system.url}
        made = await administrator.post("/agency-endpoints", json=body)
        assert made.status_code == 201, made.text
    else:
        change = {"callback_url": system.url, "new_secret": True}
        made = await administrator.put(f"/agency-endpoints/{known}", json=change)
    caller = await Route(intake, IRKUTSK).person("agency.polyclinic")
    return Agency(caller, made.json()["secret"], made.json()["id"])


@pytest.fixture
async def curator(intake: Running) -> Caller:
    return await Route(intake, IRKUTSK).person("koordinator.angarsk")


async def test_D3_04_operators_of_one_town_share_the_signals_of_an_agency_that_sees_no_family_of_theirs(
    agency: Agency,
) -> None:
    filed = [await agency.send("/agency/referrals", signal(territory="irkutsk-city")) for _ in range(4)]
    received = [one.json()["receiver_organisation_id"] for one in filed]
    shared = [str(organisation(f"operator-irkutsk-{bank}", IRKUTSK)) for bank in ("left", "right")]
    assert sorted(received) == sorted(2 * shared)


async def test_a_signed_referral_reaches_the_operator_of_the_territory(
    intake: Running, agency: Agency, curator: Caller
) -> None:
    filed = await agency.send("/agency/referrals", signal())
    assert filed.status_code == 201, filed.text
    assert filed.json()["receiver_organisation_id"] == str(organisation("operator-angarsk", IRKUTSK))
    card = (await curator.get(f"/referrals/{filed.json()['id']}")).json()
    assert (card["way"], card["department"], card["contact"]["phone"]) == (
        "health_institution",
        "health",
        "+79050003344",
    )
    own = (await agency.caller.get("/referrals")).json()["items"]
    assert filed.json()["id"] in {line["id"] for line in own}


async def test_a_message_that_is_not_whole_not_new_or_not_theirs_is_refused(intake: Running, agency: Agency) -> None:
    body = signal()
    other = Agency(agency.caller, "whsec_c2VjcmV0IG9mIHNvbWVib2R5IGVsc2U=", agency.endpoint_id)
    for answer in (
        await other.send("/agency/referrals", body),
        await agency.send("/agency/referrals", body, at=START - timedelta(minutes=6)),
        await agency.send("/agency/referrals", body, at=START + timedelta(minutes=6)),
        await agency.send("/agency/referrals", body, webhook_signature="v1,AAAA"),
        await agency.send("/agency/referrals", body, webhook_timestamp="99999999999999999999"),
        await agency.send("/agency/referrals", body, id="x" * 300),
        await agency.caller.post("/agency/referrals", json=body),
    ):
        assert (answer.status_code, answer.json()["slug"]) == (401, "signature_invalid")
    foreign = await Route(intake, IRKUTSK).person("agency.mse")
    theirs = Agency(foreign, agency.secret, agency.endpoint_id)
    assert (await theirs.send("/agency/referrals", body)).status_code == 401
    staff = await Route(intake, IRKUTSK).person("koordinator.angarsk")
    assert (await Agency(staff, agency.secret, "").send("/agency/referrals", body)).status_code == 403


async def test_a_repeated_message_makes_nothing_twice(agency: Agency) -> None:
    body, message = signal(), str(uuid4())
    first = await agency.send("/agency/referrals", body, id=message)
    again = await agency.send("/agency/referrals", body, at=START + timedelta(minutes=1), id=message)
    assert (again.status_code, again.json()["id"]) == (200, first.json()["id"])
    other = await agency.send("/agency/referrals", signal(), id=message)
    assert (other.status_code, other.json()["slug"]) == (409, "message_id_reused")


async def test_the_earlier_secret_holds_for_a_day_after_a_change(intake: Running, agency: Agency) -> None:
    administrator = await intake.as_role("administrator")
    body = {"new_secret": True}
    listed = (await administrator.get("/agency-endpoints")).json()["items"]
    assert {one["id"]: one["secret"] for one in listed}[agency.endpoint_id] is None, "found again, without its secret"
    changed = (await administrator.put(f"/agency-endpoints/{agency.endpoint_id}", json=body)).json()
    assert changed["secret"] != agency.secret
    assert (await agency.send("/agency/referrals", signal())).status_code == 201
    intake.clock.advance(timedelta(days=1, minutes=1))
    late = await agency.send("/agency/referrals", signal(), at=intake.clock.now())
    assert late.status_code == 401
    async with intake.unit() as unit:
        stored = await unit.session.get_one(AgencyEndpoint, changed["id"])
    assert changed["secret"].encode() not in stored.secret


async def test_callbacks_survive_the_agencys_outage_and_tell_id_and_state_only(
    intake: Running, agency: Agency, system: System, curator: Caller
) -> None:
    filed = (await agency.send("/agency/referrals", signal())).json()
    await curator.post(f"/referrals/{filed['id']}/accept")
    await curator.post(f"/referrals/{filed['id']}/complete", json={"result_code": "served"})
    system.answer = "503 Busy"
    assert await call_one_back(intake.worker)
    assert not await call_one_back(intake.worker), "the later state waits for the earlier one"
    system.answer = "302 Found"
    intake.clock.advance(timedelta(minutes=5))
    assert await call_one_back(intake.worker)
    system.answer = "204 No Content"
    intake.clock.advance(timedelta(hours=2))
    assert await call_one_back(intake.worker)
    assert await call_one_back(intake.worker)
    assert not await call_one_back(intake.worker)
    assert [body["state"] for _, body in system.heard] == ["accepted", "accepted", "accepted", "done"]
    assert all(set(body) == {"id", "state", "version"} and body["id"] == filed["id"] for _, body in system.heard)
    headers = system.heard[-1][0]
    at = datetime.fromtimestamp(int(headers["webhook-timestamp"]), START.tzinfo)
    assert headers["webhook-signature"] == Webhook(agency.secret).sign(
        headers["webhook-id"], at, system.raw[-1].decode()
    )
    tries = [one[0]["webhook-id"] for one in system.heard]
    assert tries[0] == tries[1] == tries[2] != tries[3]


async def test_a_callback_is_given_up_after_its_time(intake: Running, agency: Agency, curator: Caller) -> None:
    administrator = await intake.as_role("administrator")
    gone = {"callback_url": "http://127.0.0.1:9/gone"}
    await administrator.put(f"/agency-endpoints/{agency.endpoint_id}", json=gone)
    filed = (await agency.send("/agency/referrals", signal())).json()
    await curator.post(f"/referrals/{filed['id']}/accept")
    assert await call_one_back(intake.worker)
    intake.clock.advance(timedelta(hours=73))
    assert await call_one_back(intake.worker)
    async with intake.unit() as unit:
        row = await unit.session.scalar(select(Callback).where(Callback.referral_id == filed["id"]))
    assert row is not None
    assert (row.outcome, row.gave_up_at) == ("unreachable", intake.clock.now())


@pytest.mark.parametrize(
    "url",
    [
        "http://polyclinic.example.org/",
        "https://elsewhere.example.org/",
        "https://polyclinic.example.org@elsewhere.example.org/",
        "https://user:secret@polyclinic.example.org/",
        "ftp://polyclinic.example.org/",
        "https://169.254.169.254/",
    ],
)
async def test_only_hosts_of_the_pack_may_be_registered_for_callbacks(url: str) -> None:
    from chassis.errors import DomainError

    with pytest.raises(DomainError, match="callback_refused"):
        check_url(url, "irkutsk/polyclinic", finding_packs().of(ReferralsPack, IRKUTSK))


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/", "http://localhost:1/", "http://[::1]:1/", "http://10.0.0.1/"])
async def test_a_name_that_leads_to_a_private_address_is_not_called(url: str) -> None:
    with pytest.raises(TargetRefusedError, match="private_address"):
        await post(url, b"{}", {}, allow_private=False)


async def test_D3_24_the_bureau_hands_over_an_extract_by_its_own_system(intake: Running, curator: Caller) -> None:
    administrator = await intake.as_role("administrator")
    body = {"region": IRKUTSK, "organisation_id": str(organisation("mse-bureau", IRKUTSK))}
    made = (await administrator.post("/agency-endpoints", json=body)).json()
    bureau = Agency(await Route(intake, IRKUTSK).person("agency.mse"), made["secret"], made["id"])
    path, told = f"/agency/ipra-extracts?region={IRKUTSK}", extract("бюро-1/2026")
    filed = await bureau.send(path, told, id="one")
    assert filed.status_code == 202, filed.text
    assert (await bureau.send(path, told, id="one")).json()["id"] == filed.json()["id"]
    assert await work_off_one(intake.worker)
    assert (await bureau.caller.get(f"/ipra-imports/{filed.json()['id']}")).json()["taken"] == 1
    found = (await curator.get("/ipra-extracts", params={"number": "бюро-1/2026"})).json()["items"]
    assert len(found) == 1
    assert (await bureau.caller.get(f"/ipra-extracts/{found[0]['id']}")).status_code == 403
