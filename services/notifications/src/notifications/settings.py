"""What notifications reads from its environment beside the settings of every service."""

from __future__ import annotations

from typing import Any, Literal

from chassis.settings import ServiceSettings
from pydantic import Field, SecretStr

from notifications.channels.sms import SmsGateway
from notifications.pack import packs


class Settings(ServiceSettings):
    """The mail server letters are handed to, and the gateway of text messages of each region.

    ``smtp_tls``: ``auto`` takes STARTTLS where it is offered, ``starttls`` insists on it, ``tls`` speaks TLS at once.
    """

    smtp_host: str = "127.0.0.1"
    smtp_port: int = Field(25, ge=1, le=65535)
    smtp_from: str = Field("marshrut@localhost.localdomain", pattern=r"^[^@\s<>]+@[^@\s<>]+$")
    smtp_tls: Literal["auto", "starttls", "tls"] = "auto"
    smtp_username: str | None = None
    smtp_password: SecretStr | None = None
    smtp_timeout_seconds: float = Field(20, gt=0, le=30)
    """For one answer of the mail server. A whole delivery must end before it counts as lost track of."""

    sms_gateways: dict[str, SmsGateway] = Field(default_factory=dict)
    """By region. Where a region has none, nothing leaves by text message and a person is asked to call."""

    def model_post_init(self, context: Any, /) -> None:  # noqa: ARG002
        """A broken pack or template stops the service at its start; the error names the file."""
        packs(self.regions_dir)
