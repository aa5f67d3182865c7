"""One shape of work for every service, so that a coordinator has one list."""

from __future__ import annotations

from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict
from workdays import Standing


class WorkItem(BaseModel):
    """One thing a person has to do. ``title`` holds no personal data; the card behind ``url`` does.

    ``version``: of the record the item is about, to be handed back by a command that must not overlook a change.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    service: str
    kind: str
    subject_id: UUID
    version: int | None = None
    number: str | None = None
    title: str
    region: str
    territory: str | None = None
    organisation_id: UUID | None = None
    assigned_to: UUID | None = None
    created_at: AwareDatetime
    due_at: AwareDatetime | None = None
    standing: Standing
    explanation: str | None = None
    url: str
