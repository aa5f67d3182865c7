"""A small service on the real policy: applications of `contracts.access`, one table, every kind of route."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, date, datetime, time
from typing import Annotated, Any
from uuid import UUID, uuid4

import pytest
from chassis.access import rls
from chassis.access.rls import Guarded
from chassis.aggregate import Aggregate
from chassis.bus import EventRouter
from chassis.data.database import COLUMN_TYPES, service_metadata
from chassis.errors import DomainError, Kind
from chassis.http import Order, Page, PageQueryDep, Router, UnitDep, paginate
from chassis.run import Room, Service
from chassis.run.migrations import platform_statements
from chassis.settings import ServiceSettings
from chassis.testing.plugin import Runner
from chassis.testing.running import Running
from chassis.work import Timer, TimerRouter, Unit
from contracts.access import FieldGroup, Relation
from contracts.intake import ApplicationReturned, ApplicationTaken, OrganisationRegistered
from contracts.worklist import RouteStep, WorkItem
from fastapi import File, Response, UploadFile
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy import NullPool, select, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from workdays import Standing


class Base(DeclarativeBase):
    metadata = service_metadata()
    type_annotation_map = COLUMN_TYPES


class Application(Aggregate, Base):
    __tablename__ = "applications"
    number: Mapped[str] = mapped_column(unique=True)
    organisation_id: Mapped[UUID | None]
    serving_id: Mapped[UUID | None]
    territory: Mapped[str]
    child_id: Mapped[UUID | None]
    token: Mapped[str | None]
    taken_by: Mapped[UUID | None]
    made_at: Mapped[datetime]

    def take(self, by: UUID, at: datetime) -> None:
        if self.taken_by:
            raise DomainError("already_taken", Kind.CONFLICT, ru="Заявка уже взята.", en="Already taken.")
        self.taken_by = by
        self.record(
            ApplicationTaken(
                application_id=self.id, coordinator_id=by, organisation_id=self.organisation_id or uuid4(), taken_at=at
            )
        )


GUARDED = (
    Guarded(
        "applications",
        "application",
        {
            Relation.ORGANISATION: "organisation_id",
            Relation.SERVING: "serving_id",
            Relation.TERRITORY: "territory",
            Relation.CHILD: "child_id",
            Relation.TOKEN: "token",
            Relation.SELF: "taken_by",
        },
    ),
)


class Submit(BaseModel):
    id: UUID
    number: Annotated[str, Field(min_length=1, max_length=20)]
    age: Annotated[int, Field(ge=0, le=18)] = 1
    source: Standing = Standing.OPEN
    note: str = ""
    born_on: date | None = None
    called_at: AwareDatetime | None = None
    opens: time | None = None
    agreed: bool = False
    weight: float | None = None
    inside: list[dict[str, str]] = []
    grades: list[Annotated[int, Field(ge=1, le=5)]] = Field([1], min_length=1)


class Submitted(BaseModel):
    id: UUID
    number: str
    at: AwareDatetime


class Take(BaseModel):
    version: int | None = None


class Card(BaseModel):
    model_config = ConfigDict(extra="ignore")

    id: UUID
    number: str
    version: int


router = Router("/applications", tags=["applications"])


@router.post("", permission="application:submit", status_code=201)
async def submit(command: Submit, unit: UnitDep, response: Response) -> Submitted:
    made = Application(
        id=command.id, number=command.number, organisation_id=None, serving_id=None, territory="severny",
        child_id=None, token=None, taken_by=None, made_at=unit.now,
    )  # fmt: skip
    unit.session.add(made)
    await unit.session.flush()
    response.headers["Location"] = f"/applications/{made.id}"
    response.headers["X-Not-Kept"] = "1"
    return Submitted(id=made.id, number=made.number, at=unit.now)


@router.get("", permission="application:read")
async def applications(unit: UnitDep, query: PageQueryDep) -> Page[Card]:
    order = Order({"number": Application.number, "made_at": Application.made_at}, Application.id, "number")
    statement = select(Application.id, Application.number, Application.version)
    rows, cursor, total = await paginate(unit.session, statement, query, order)
    return Page(items=[Card.model_validate(row._mapping) for row in rows], next_cursor=cursor, total=total)


@router.get("/status", permission="application:status", rate="3/minute")
async def status(unit: UnitDep) -> list[Card]:
    found = (await unit.session.scalars(select(Application).where(Application.token == unit.actor.token_digest))).all()
    return [Card(id=one.id, number=one.number, version=one.version) for one in found]


@router.get("/stream", permission="form:read")
async def stream(unit: UnitDep) -> StreamingResponse:
    async def lines() -> AsyncIterator[bytes]:
        for number in range(3):
            yield f"{number}\n".encode()

    return StreamingResponse(lines(), media_type="text/plain")


@router.post("/files", permission="application:submit", max_body=10_000, status_code=201)
async def upload(file: Annotated[UploadFile, File()], unit: UnitDep) -> dict[str, int]:
    return {"size": len(await file.read())}


@router.get("/{id}", permission="application:read")
async def card(id: UUID, unit: UnitDep) -> Card:
    found = await unit.get(Application, id, "application:read")
    await unit.audit.read(
        "application", found.child_id or found.id, {FieldGroup.CORE}, "social_service", subject_id=found.id
    )
    return Card(id=found.id, number=found.number, version=found.version)


@router.post("/{id}/take", permission="application:take")
async def take(id: UUID, command: Take, unit: UnitDep, secret: str | None = None) -> Card:
    found = await unit.get(Application, id, "application:take", version=command.version, under=True)
    assert unit.actor.id
    found.take(unit.actor.id, unit.now)
    await unit.session.flush()
    return Card(id=found.id, number=found.number, version=found.version)


@router.post("/broken", permission="form:read")
async def broken(unit: UnitDep, how: str) -> Response:
    await unit.session.execute(text("INSERT INTO traces (id) VALUES (gen_random_uuid())"))
    match how:
        case "crash":
            raise RuntimeError("value of a person")
        case "answer":
            return JSONResponse({"refused": True}, 418)
        case "twice":
            await unit.session.execute(text("INSERT INTO traces (id) SELECT id FROM traces"))
        case "nul":
            await unit.session.execute(text("SELECT CAST(:value AS text)"), {"value": "a\x00b"})
        case "gone":
            await unit.session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
    return Response(status_code=204)


async def worklist(unit: Unit) -> Sequence[WorkItem]:
    found = await unit.session.scalars(select(Application).where(Application.taken_by.is_(None)))
    return [
        WorkItem(
            id=f"take:{one.id}", service="intake", kind="take", step=RouteStep.CALL_BACK,
            group=one.id, subject_id=one.id, title=f"Взять {one.number}",
            region="moscow-early-help", territory=f"moscow-early-help/{one.territory}", created_at=one.made_at,
            due_at=None if one.number.endswith("0") else one.made_at.replace(year=2030 - int(one.number[-1])),
            standing=Standing.OPEN, url=f"/applications/{one.id}",
        )
        for one in found
    ]  # fmt: skip


events = EventRouter()


@events.on(OrganisationRegistered)
async def organisation_registered(event: OrganisationRegistered, unit: Unit) -> None:
    if event.code == "poison":
        raise DomainError("poison", Kind.INVALID, ru="Яд.", en="Poison.")
    unit.session.add(
        Application(
            id=unit.new_id(), number=event.code, organisation_id=event.organisation_id, serving_id=None,
            territory=event.territory, child_id=None, token=None, taken_by=None, made_at=unit.now,
        )
    )  # fmt: skip
    await unit.timers.set("forgotten", event.organisation_id, unit.now.replace(year=unit.now.year + 1))


timers = TimerRouter()


@timers.on("forgotten")
async def forgotten(timer: Timer, unit: Unit) -> None:
    found = await unit.session.scalar(select(Application).where(Application.organisation_id == timer.subject_id))
    assert found
    found.record(
        ApplicationReturned(
            application_id=found.id, serving_organisation_id=timer.subject_id, reason_code="forgotten",
            returned_at=unit.now,
        )
    )  # fmt: skip


class SmallService(Service):
    """Makes its few tables without a migration package."""

    async def migrate(self, owner_url: str) -> None:
        engine = create_async_engine(owner_url, poolclass=NullPool)
        async with engine.begin() as connection:
            for statement in platform_statements():
                await connection.exec_driver_sql(statement)
            await connection.run_sync(Base.metadata.create_all)
            await connection.exec_driver_sql("CREATE TABLE traces (id uuid PRIMARY KEY)")
            await connection.run_sync(rls.install, self.name, self.guarded)
        await engine.dispose()


@pytest.fixture(scope="session")
def service() -> Service:
    room = Room("applications", api=router, events=events, timers=timers, worklist=worklist, actions={"take": "take"})
    guarded = (*GUARDED, rls.Open("traces", writers=("form:read",)))  # type: ignore[arg-type]
    return SmallService("intake", ServiceSettings, [room], base=Base, guarded=guarded)


@pytest.fixture
async def app(running: Runner, service: Service) -> Running:
    return await running(service, rate_limit_storage="memory")


@pytest.fixture
def new_application() -> Any:
    async def make(app: Running, **values: Any) -> Application:
        usual = {
            "id": uuid4(), "number": uuid4().hex[:12], "organisation_id": None, "serving_id": None,
            "territory": "severny", "child_id": None, "token": None, "taken_by": None,
            "made_at": datetime(2026, 3, 1, tzinfo=UTC), "version": 0,
        }  # fmt: skip
        async with app.unit() as unit:
            made = Application(**usual | values)
            unit.session.add(made)
        return made

    return make
