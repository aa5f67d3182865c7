"""Builders for tests: invented families, and their way through the first appointment over HTTP."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from chassis.clock import new_id
from chassis.privacy import keyring
from chassis.regions import load_packs
from chassis.testing.running import REGIONS, Caller, Running
from contracts.access import Role
from contracts.event import Event, Moment
from contracts.identifiers import AgeBand, named_id
from contracts.intake import ApplicationAccepted
from contracts.personal import ChildData, FileOpening, RepresentativeData
from contracts.scheduling import SpecialistRegistered
from contracts.sealed import PersonKey, place, seal
from nats.aio.client import Client

from cases.files.model import CaseFile
from cases.pack import CasesPack

E = TypeVar("E", bound=Event)
NOW = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
TODAY = date(2026, 3, 2)
MOSCOW, SMOLENSK = "moscow-early-help", "smolensk"
SERVING = {
    MOSCOW: named_id("organisation", f"{MOSCOW}/early-help-north"),
    SMOLENSK: named_id("organisation", f"{SMOLENSK}/centre"),
}
COORDINATING = {MOSCOW: named_id("organisation", f"{MOSCOW}/coordination-centre"), SMOLENSK: SERVING[SMOLENSK]}
LOGINS = {MOSCOW: "specialist.sever1", SMOLENSK: "specialist.smolensk1"}
DOCUMENTS = {"kinds": ["passport", "birth_certificate"], "authority": "parent"}
KEY = PersonKey(UUID(int=1), 1, bytes(32))
"""The key of a child nobody reads."""
GOAL = {
    "words": "Хотим, чтобы Петя сам держал ложку за обедом",
    "routine": "feeding",
    "icf_category": "d550",
    "criterion": "Держит ложку и подносит ко рту три раза из пяти",
    "due_on": "2026-06-01",
}
LINE = {
    "service": "psychologist_session",
    "mode": "home",
    "count": 12,
    "periodicity": "1 раз в неделю",
    "content": "Занятие в распорядке дня семьи",
    "result": "Семья проводит занятие самостоятельно",
}


async def facts(app: Running, kind: type[E]) -> list[E]:
    """The facts of one type recorded so far."""
    return [event for event in await app.published(kind) if isinstance(event, kind)]


@cache
def pack(region: str) -> CasesPack:
    """The region's real pack."""
    return load_packs(Path(REGIONS), "cases", CasesPack)[region]


def accepted(region: str = MOSCOW, **changes: Any) -> ApplicationAccepted:
    """An accepted application with an opening nobody can read; see `Family` for a real one."""
    child = changes.pop("child_id", None) or new_id()
    key = PersonKey(child, 1, bytes(32))
    application = changes.pop("application_id", None) or new_id()
    values: dict[str, Any] = {
        "application_id": application,
        "number": f"РП-2026-{application.int % 1_000_000:06d}",
        "region": region,
        "territory": region,
        "child_id": child,
        "representative_id": new_id(),
        "age_band": AgeBand.EARLY,
        "coordinator_id": named_id("principal", f"{region}/coordinator"),
        "coordinating_organisation_id": COORDINATING[region],
        "serving_organisation_id": SERVING[region],
        "accepted_at": NOW,
        "first_appointment_due": Moment(due_at=NOW + timedelta(days=7)),
    }
    values |= changes
    values.setdefault("opening", sealed_opening(values, key))
    return ApplicationAccepted(**values)


def sealed_opening(ids: dict[str, Any], key: PersonKey, **changes: Any) -> Any:
    """The sealed start of a file for the ids of an accepted application."""
    child = ChildData(
        id=ids["child_id"],
        name=changes.get("child_name", "Примеров Пётр"),
        birth_date=changes.get("birth_date", date(2025, 6, 2)),
        gestation_weeks=changes.get("gestation_weeks", 32),
    )
    person = RepresentativeData(
        id=ids["representative_id"],
        name=changes.get("name", "Примерова Анна"),
        phone="+79990000001",
        email=changes.get("email", "anna@example.org"),
    )
    opening = FileOpening(
        child=child,
        representative=person,
        address=changes.get("address", "г. Примерск, ул. Садовая, д. 1"),
        latitude=55.0,
        longitude=34.0,
        diagnosis=changes.get("diagnosis", "Задержка моторного развития"),
        need=changes.get("need", "Нужны занятия дома"),
    )
    return seal(opening, key, place(ApplicationAccepted.fact_name(), "opening", ids["application_id"]))


def opened_file(region: str = MOSCOW, **changes: Any) -> CaseFile:
    """A file as it is right after opening."""
    return CaseFile.open(new_id(), accepted(region, **changes), NOW)


@dataclass
class Family:
    """An invented family with a real key in the bucket, and everybody who deals with it."""

    app: Running
    region: str
    event: ApplicationAccepted
    key: PersonKey
    case_id: UUID = field(init=False)
    coordinator: Caller = field(init=False)
    specialist: Caller = field(init=False)
    head: Caller = field(init=False)
    representative: Caller = field(init=False)

    @classmethod
    async def arrives(cls, app: Running, nats: Client, region: str = MOSCOW, **changes: Any) -> Family:
        """The application is accepted and the file opens."""
        family = await cls.accepted(app, region, **changes)
        await family.give_key(nats)
        fault = await app.deliver(family.event)
        assert fault is None, fault
        await family.sign_in()
        return family

    @classmethod
    async def accepted(cls, app: Running, region: str = MOSCOW, **changes: Any) -> Family:
        """The application is accepted; nothing has been delivered and no key is in the bucket."""
        child = new_id()
        key = PersonKey(child, 1, os.urandom(32))
        personal = {name: changes.pop(name) for name in tuple(changes) if name in PERSONAL}
        bare = accepted(region, child_id=child, **changes)
        opening = sealed_opening(bare.model_dump(), key, **personal)
        return cls(app, region, bare.model_copy(update={"opening": opening}), key)

    async def give_key(self, nats: Client) -> None:
        """What intake's copier does."""
        wrapped = self.app.worker.keys.wrap(self.key)
        subject = keyring.subject(self.key.person_id)
        await nats.jetstream().publish(subject, wrapped, headers={"Key-Version": "1"})

    async def sign_in(self) -> None:
        """Clients of the people around the file, and the file's id."""
        serving, coordinating = self.event.serving_organisation_id, self.event.coordinating_organisation_id
        app = self.app
        self.coordinator = await app.as_role(
            Role.COORDINATOR, id=self.event.coordinator_id, organisation_ids=[coordinating]
        )
        self.specialist = await app.as_role(
            Role.SPECIALIST,
            id=named_id("principal", f"{self.region}/{LOGINS[self.region]}"),
            organisation_ids=[serving],
        )
        self.head = await app.as_role(Role.HEAD, organisation_ids=[serving])
        self.representative = await app.as_role(Role.FAMILY, child_ids=[self.event.child_id])
        found = await self.head.get("/case-files", params={"application_id": str(self.event.application_id)})
        self.case_id = UUID(found.json()["items"][0]["id"])

    @property
    def specialist_id(self) -> UUID:
        """Scheduling's id of the specialist."""
        return named_id("specialist", f"{self.region}/{LOGINS[self.region]}")

    async def knows_specialist(self) -> None:
        """Scheduling has registered the specialist."""
        registered = SpecialistRegistered(
            specialist_id=self.specialist_id,
            principal_id=named_id("principal", f"{self.region}/{LOGINS[self.region]}"),
            region=self.region,
            organisation_id=self.event.serving_organisation_id,
            skills=frozenset({"psychologist"}),
        )
        assert await self.app.deliver(registered) is None

    async def post(self, path: str, body: dict[str, Any] | None = None, *, by: Caller | None = None) -> Any:
        """POST below the file; the answer's body. Fails on any refusal."""
        answer = await (by or self.specialist).post(f"/case-files/{self.case_id}/{path}", json=body or {})
        assert answer.status_code < 300, answer.text
        return answer.json()

    async def card(self, by: Caller | None = None) -> Any:
        """The file's card."""
        answer = await (by or self.specialist).get(f"/case-files/{self.case_id}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def consents(self) -> UUID:
        """Documents are seen and the written consent for health data is recorded; its id."""
        await self.post("documents-seen", DOCUMENTS)
        consent = await self.post("consents", {"purpose": "health", "form": "paper"})
        return UUID(consent["id"])

    async def is_assessed(self) -> Any:
        """The joint assessment, once documents and consents are there."""
        await self.knows_specialist()
        findings = [{"category": "d450", "qualifier": 2, "capacity": 3}, {"category": "e310", "qualifier": 1}]
        body = {"tool": "observation", "assessors": [str(self.specialist_id)], "findings": findings}
        return await self.post("assessments", body)

    async def first_appointment(self) -> None:
        """The whole first appointment of early help, in its order."""
        await self.consents()
        await self.is_assessed()
        await self.post("eligibility", {"eligible": True})
        await self.post("team", {"specialist_ids": [str(self.specialist_id)]})

    async def iprp(self, **changes: Any) -> Any:
        """A draft IPRP with one goal and one service."""
        body = {"kind": "iprp", "starts_on": "2026-03-02", "goals": [GOAL], "lines": [LINE], **changes}
        return await self.post("programmes", body)

    async def has_ippsu(self) -> Any:
        """The IPPSU the authority issued."""
        body = {"number": "12-345", "issued_on": "2026-01-15", "valid_until": "2028-01-14", "issuer": "Отдел соцзащиты"}
        return await self.post("ippsu", body)

    async def iksra(self, **changes: Any) -> Any:
        """A draft IKSRA from the pack's template, under an IPPSU."""
        await self.consents()
        await self.has_ippsu()
        return await self.post("programmes", {"kind": "iksra", "starts_on": "2026-03-02", **changes})

    async def approved(self, programme: Any) -> Any:
        """The programme, signed by the representative and approved by the head."""
        path = f"/programmes/{programme['id']}"
        signed = await self.specialist.post(f"{path}/sign", json={"form": "paper"})
        assert signed.status_code == 200, signed.text
        approved = await self.head.post(f"{path}/approve")
        assert approved.status_code == 200, approved.text
        return approved.json()


PERSONAL = frozenset({"child_name", "birth_date", "gestation_weeks", "name", "email", "address", "diagnosis", "need"})
