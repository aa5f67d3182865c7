"""What the family does with its status token: add a file, withdraw."""

from __future__ import annotations

from uuid import UUID

from chassis.errors import not_found
from chassis.work import Unit
from sqlalchemy import select

from intake.applications.commands.submit import CALL_BACK_DUE
from intake.applications.model.application import Application
from intake.applications.model.papers import Attachment, AttachmentKind
from intake.applications.states import require_state
from intake.particulars.examples import shown
from intake.particulars.requests import Strict


class SetLowVision(Strict):
    """Whether pages are shown in large letters (D0-16)."""

    model_config = shown(low_vision=True)

    low_vision: bool


async def own_application(unit: Unit) -> UUID:
    """The application whose token the request carries; 404 for any other token."""
    digest = unit.actor.token_digest
    found = await unit.session.scalar(select(Application.id).where(Application.token_digest == digest))
    if digest is None or found is None:
        raise not_found()
    return found


async def withdraw(application_id: UUID, permission: str, unit: Unit) -> Application:
    """The family withdraws its application: by its token, or by the account bound to the child."""
    application = await unit.get(Application, application_id, permission, under=True)
    application.withdraw(unit.now)
    await unit.timers.cancel(CALL_BACK_DUE, application.id)
    return application


async def read_large(low_vision: bool, unit: Unit) -> Application:
    """The status page opens in large letters from now on, or no longer (D0-16)."""
    application = await unit.get(Application, await own_application(unit), "application:attach", under=True)
    application.low_vision = low_vision
    return application


async def attach_file(content: bytes, name: str | None, declared: str | None, unit: Unit) -> Attachment:
    """Keep a file with the application; it stays closed until a written consent for the purpose health stands.

    Raises what `chassis.privacy.files.check` raises: too large, disguised, harmful.
    """
    application = await unit.get(Application, await own_application(unit), "application:attach", under=True)
    require_state("attach", application.state)
    blob = await unit.blobs.put(application.child_id, content, name=name, declared=declared)
    attachment = Attachment(
        blob_id=blob.id,
        application_id=application.id,
        kind=AttachmentKind.EXTRACT,
        media_type=blob.media_type,
        size=blob.size,
        attached_at=unit.now,
    )
    application.attachments.add(attachment)
    return attachment
