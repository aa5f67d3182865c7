"""Who read a child's data, as the family's page shows it: one shape and one page form in every service."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from contracts.access import PROTECTED_READERS, Role
from fastapi import Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy import ARRAY, BigInteger, DateTime, Text, Uuid, column, select, table
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.http.paging import ListQuery, Order, Page, paginate

ROLE_TITLES: dict[str, str] = {
    Role.PUBLIC: "По ссылке из заявки",
    Role.ACCOUNT: "Пользователь портала",
    Role.FAMILY: "Законный представитель",
    Role.COORDINATOR: "Координатор семьи",
    Role.SPECIALIST: "Специалист",
    Role.HEAD: "Руководитель службы",
    Role.MANAGER: "Сотрудник органа управления",
    Role.HOST: "Принимающая организация",
    Role.EDITOR: "Редактор",
    Role.AGENCY: "Ведомство-партнёр",
    Role.ADMINISTRATOR: "Администратор",
    Role.OPERATOR: "Оператор системы",
    Role.SYSTEM: "Система",
}

_AUDIT = table(
    "read_audit",
    column("id", BigInteger()),
    column("at", DateTime(timezone=True)),
    column("role", Text()),
    column("organisation_id", Uuid()),
    column("child_id", Uuid()),
    column("field_groups", ARRAY(Text())),
    column("purpose", Text()),
).c
_ORDER = Order({"at": _AUDIT.at}, _AUDIT.id, "-at")


class ReadersQuery(ListQuery):
    """Which readings are wanted, and which page of them."""

    since: AwareDatetime | None = Field(None, description="Only what was read at this moment or later.")
    until: AwareDatetime | None = Field(None, description="Only what was read before this moment.")


ReadersQueryDep = Annotated[ReadersQuery, Query()]


class Reader(BaseModel):
    """One line of the family's page: when, in which role, from where, what and why; never a name."""

    model_config = ConfigDict(frozen=True)

    at: datetime
    service: str = Field(description="The service that showed the data.")
    role: str = Field(description="The title of the role somebody read in.")
    organisation_id: UUID | None = Field(description="None where the reader acts for no organisation, or for several.")
    field_groups: tuple[str, ...]
    purpose: str


async def readers_of(child_id: UUID, service: str, query: ReadersQuery, session: AsyncSession) -> Page[Reader]:
    """Who read the child's data in this service, latest first. Protected readers are left out.

    The caller has checked that the actor may ask (``readers:read``); row security checks it again.
    """
    shown = [_AUDIT.child_id == child_id, _AUDIT.role.not_in(sorted(map(str, PROTECTED_READERS)))]
    if query.since:
        shown.append(_AUDIT.at >= query.since)
    if query.until:
        shown.append(_AUDIT.at < query.until)
    columns = (_AUDIT.at, _AUDIT.role, _AUDIT.organisation_id, _AUDIT.field_groups, _AUDIT.purpose)
    found = await paginate(session, select(*columns).where(*shown), query, _ORDER)
    lines = [
        Reader(
            at=row.at,
            service=service,
            role=ROLE_TITLES.get(row.role, "Сотрудник"),
            organisation_id=row.organisation_id,
            field_groups=tuple(row.field_groups),
            purpose=row.purpose,
        )
        for row in found.rows
    ]
    return Page(items=lines, next_cursor=found.next_cursor, total=found.total)
