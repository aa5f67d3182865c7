"""Door to the gateway of text messages, its signed callback: who is not the gateway enters nothing."""

from __future__ import annotations

from collections.abc import Mapping

from chassis.errors import DomainError, Kind, invalid, not_found
from chassis.settings import ServiceSettings
from pydantic import BaseModel, ValidationError
from standardwebhooks import Webhook, WebhookVerificationError

from intake.enquiries.commands.incoming import TextMessage
from intake.settings import IntakeSettings


class Taken(BaseModel):
    """``new``: False where the gateway has delivered the message before."""

    new: bool


def verified(region: str, body: bytes, headers: Mapping[str, str], settings: ServiceSettings) -> TextMessage:
    """The message of a body the region's gateway has signed within the last minutes.

    Raises `DomainError`: 404 where the region has no gateway, 401 ``signature_refused``, 422 for another shape.
    """
    assert isinstance(settings, IntakeSettings)
    secret = settings.sms_secrets.get(region)
    if secret is None:
        raise not_found()
    try:
        Webhook(secret.get_secret_value()).verify(body, dict(headers))
    except (WebhookVerificationError, ValueError):
        raise _signature_refused() from None
    try:
        return TextMessage.model_validate_json(body)
    except ValidationError as error:
        field = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise invalid("message_invalid", field or None, "Сообщение другого вида.", "Another shape.") from None


def _signature_refused() -> DomainError:
    return DomainError(
        "signature_refused",
        Kind.UNAUTHENTICATED,
        ru="Подпись не подходит.",
        en="The signature does not fit.",
    )
