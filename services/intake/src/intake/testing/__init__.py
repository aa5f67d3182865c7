"""Builders for tests: an application as a family fills it in, and the people of the demo packs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from random import choice
from typing import Any
from uuid import UUID, uuid4

from chassis.regions import Packs, Region, load_packs, load_regions
from chassis.testing.running import Caller, Running
from contracts.identifiers import AgeBand, ApplicationSource, Purpose, named_id
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from intake.applications.model.papers import Filing
from intake.applications.pack import IntakePack
from intake.directory.pack import DirectoryPack
from intake.finding.ladder_pack import OutreachPack
from intake.finding.packs import check_packs
from intake.finding.referrals_pack import ReferralsPack

REGIONS = Path(__file__).parents[5] / "regions"
MOSCOW, SMOLENSK, IRKUTSK = "moscow-early-help", "smolensk", "irkutsk"
GIVEN_AT = datetime(2026, 3, 2, 6, 55, tzinfo=UTC)


@lru_cache
def intake_pack(region: str = MOSCOW) -> IntakePack:
    """The committed ``intake.yaml`` of a region."""
    return load_packs(REGIONS, "intake", IntakePack)[region]


@lru_cache
def directory_pack(region: str = MOSCOW) -> DirectoryPack:
    """The committed ``directory.yaml`` of a region."""
    return load_packs(REGIONS, "directory", DirectoryPack)[region]


def finding_packs(folder: Path = REGIONS) -> Packs:
    """The packs of finding families, with the rules between them."""
    return Packs(folder, (ReferralsPack, OutreachPack, IntakePack), (check_packs,))


@lru_cache
def region(code: str = MOSCOW) -> Region:
    """The committed ``region.yaml`` of a region."""
    return load_regions(REGIONS)[code]


def consent(of: Purpose = Purpose.CONTACT, code: str = MOSCOW, **changes: Any) -> dict[str, Any]:
    """The consent of one purpose in the words of the pack."""
    text = intake_pack(code).consent(of)
    assert text is not None
    given = {"purpose": of.value, "text_version": text.version, "text_hash": text.text_hash, "form": "tick"}
    return {**given, "given_at": GIVEN_AT.isoformat(), **changes}


def filled_form(code: str = MOSCOW, **changes: Any) -> dict[str, Any]:
    """All eleven fields of D2-16 but the file; all people are invented."""
    form = {
        "region": code,
        "representative_name": "Тополева Анна Сергеевна",
        "child_name": "Тополев Мирон",
        "phone": "8 (905) 000-11-22",
        "birth_date": "2025-09-14",
        "email": "topoleva@example.org",
        "registered_in_region": True,
        "diagnosis": "перинатальное поражение нервной системы",
        "actual_address": "ул. Тверская, д. 9, кв. 4",
        "comment": "Родился раньше срока, плохо держит голову",
        "consents": [consent(Purpose.CONTACT, code), consent(Purpose.HEALTH, code)],
        "entry_point": "site",
    }
    return {name: value for name, value in {**form, **changes}.items() if value is not None}


def signal(code: str = IRKUTSK, **changes: Any) -> dict[str, Any]:
    """What an agency tells of a family; all people are invented."""
    told = {
        "region": code,
        "territory": "angarsk" if code == IRKUTSK else None,
        "kind": "family_signal",
        "child": {"name": f"Ветрова {_invented_name()}", "birth_date": "2019-05-01"},
        "family": {"name": "Ветрова Полина Игоревна", "phone": "8 (905) 000-33-44", "address": "ул. Тихая, д. 1"},
        "need": "Мама одна, нужна помощь с занятиями",
    }
    return {name: value for name, value in {**told, **changes}.items() if value is not None}


def extract(number: str, **changes: Any) -> dict[str, Any]:
    """An IPRA extract of an invented child."""
    told = {
        "number": number,
        "issued_on": "2026-02-20",
        "child_name": f"Рощин {_invented_name()}",
        "birth_date": "2018-03-04",
        "representative_name": "Рощина Алла Петровна",
        "phone": "8 905 000 55 66",
        "address": "ул. Речная, д. 3, кв. 4",
        "territory": "angarsk",
        "measures": [{"group": "social", "title": "Занятия с логопедом"}],
    }
    return {name: value for name, value in {**told, **changes}.items() if value is not None}


def _invented_name() -> str:
    return "".join(choice("абвгдежзиклмнопрст") for _ in range(10)).capitalize()  # noqa: S311


def organisation(code: str, pack: str = MOSCOW) -> UUID:
    """The id of an organisation of a pack."""
    return named_id("organisation", f"{pack}/{code}")


@dataclass
class Route:
    """Drives an application along the story through the HTTP doors."""

    app: Running
    region: str = MOSCOW

    async def person(self, login: str) -> Caller:
        """A signed-in person of the pack, with the authority the pack gives."""
        entry = next(entry for entry in directory_pack(self.region).staff if entry.login == login)
        place = region(self.region)
        whole = [self.region, *(f"{self.region}/{t.code}" for t in place.territories)] if entry.whole_region else []
        return await self.app.as_role(
            *entry.roles,
            id=named_id("principal", f"{self.region}/{login}"),
            organisation_ids=[organisation(entry.organisation, self.region)] if entry.organisation else [],
            territories=[*whole, *(f"{self.region}/{code}" for code in entry.territories)],
        )

    async def submitted(self, by: Caller | None = None, **changes: Any) -> dict[str, Any]:
        """File an application, as the public where nobody is named; the answer."""
        answer = await (by or self.app.client()).post("/applications", json=filled_form(self.region, **changes))
        assert answer.status_code == 201, answer.text
        body: dict[str, Any] = answer.json()
        return body

    async def reached(self, coordinator: Caller, **changes: Any) -> dict[str, Any]:
        """Filed, taken and called by the coordinator; the card."""
        filed = await self.submitted(**changes)
        taken = await coordinator.post(f"/applications/{filed['id']}/take")
        assert taken.status_code == 200, taken.text
        call = {"outcome": "reached", "need": "Помощь логопеда", "explanation_given": True}
        called = await coordinator.post(f"/applications/{filed['id']}/calls", json=call)
        assert called.status_code == 201, called.text
        return {**filed, **called.json()}

    async def handed_over(self, coordinator: Caller, service: str, **changes: Any) -> dict[str, Any]:
        """Handed over to a service of the pack; the card."""
        card = await self.reached(coordinator, **changes)
        body = {"serving_organisation_id": str(organisation(service, self.region))}
        answer = await coordinator.post(f"/applications/{card['id']}/hand-over", json=body)
        assert answer.status_code == 200, answer.text
        return {**card, **answer.json()}


async def everything_stored(app: Running) -> list[str]:
    """Every row of every table as text, as the database's owner reads it: nobody's words may stand there open."""
    engine = create_async_engine(app.urls.owner)
    try:
        async with engine.connect() as connection:
            context = {"app.roles": "{system}", "app.principal": str(UUID(int=0))}
            for name, value in context.items():
                await connection.execute(text("SELECT set_config(:name, :value, true)"), {"name": name, "value": value})
            listed = await connection.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))
            found: list[str] = []
            for table in listed.all():
                rows = text(f"SELECT to_jsonb(t)::text FROM {table} t")  # noqa: S608 - names of the catalogue
                found += (await connection.scalars(rows)).all()
            return found
    finally:
        await engine.dispose()


def filing_of(at: datetime) -> Filing:
    """An application on its way in, before the aggregate knows of it."""
    return Filing(
        id=uuid4(),
        number="РП-2026-000001",
        region=MOSCOW,
        territory=MOSCOW,
        residence_territory=MOSCOW,
        source=ApplicationSource.SITE,
        entry_point=None,
        age_band=AgeBand.EARLY,
        child_id=uuid4(),
        representative_id=uuid4(),
        organisation_id=organisation("coordination-centre"),
        token_digest="0" * 64,
        registered_in_region=True,
        submitted_at=at,
    )
