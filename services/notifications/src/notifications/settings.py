"""What notifications reads from its environment beside the settings of every service."""

from __future__ import annotations

from typing import Literal

from chassis.settings import ServiceSettings
from pydantic import Field, SecretStr

from notifications.channels.email import MailServer
from notifications.channels.sms import SmsGateway


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

    @property
    def mail_server(self) -> MailServer:
        """Where letters are handed over."""
        return MailServer(
            host=self.smtp_host,
            port=self.smtp_port,
            from_address=self.smtp_from,
            tls=self.smtp_tls,
            username=self.smtp_username,
            password=self.smtp_password.get_secret_value() if self.smtp_password else None,
            timeout_seconds=self.smtp_timeout_seconds,
        )
