"""Intake's own settings."""

from pathlib import Path

from chassis.settings import ServiceSettings
from pydantic import BaseModel, ConfigDict, Field, SecretStr


class Mailbox(BaseModel):
    """The mailbox of a region's journal, read over IMAP; without ``tls`` only inside one machine."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    region: str
    host: str
    port: int = Field(993, ge=1, le=65535)
    tls: bool = True
    ca_file: Path | None = None
    user: str
    password: SecretStr
    folder: str = "INBOX"


class IntakeSettings(ServiceSettings):
    form_rate: str = "30/minute"
    """How many applications one address may submit (notation of `limits`); a polyclinic files many from one."""
    account_rate: str = "30/minute"
    """How many accounts, questionnaires, requests to change data and exports one address may begin."""
    binding_rate: str = "10/minute"
    """How many binding codes one address may try."""
    mailboxes: tuple[Mailbox, ...] = ()
    """Letters that become entries of the journal by themselves (D1-15)."""
    mail_every_seconds: float = Field(30, gt=0)
    sms_secrets: dict[str, SecretStr] = Field(default_factory=dict)
    """Per region: the secret (``whsec_…``, Standard Webhooks) the gateway of text messages signs with (D1-16)."""
