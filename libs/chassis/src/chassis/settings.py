"""Settings of a service, read once from the environment, in ``main``."""

from __future__ import annotations

from base64 import b64decode
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

KEY_BYTES = 32


class ServiceSettings(BaseSettings):
    """Settings every service has; a service adds its own in a subclass. Variables are named ``MARSHRUT_<FIELD>``.

    Each process needs only the database address of its own role: ``api`` the API role, ``worker`` the worker role,
    ``migrate`` the owner.
    """

    model_config = SettingsConfigDict(env_prefix="MARSHRUT_", extra="ignore", hide_input_in_errors=True)

    database_owner_url: str = Field("", repr=False)
    database_api_url: str = Field("", repr=False)
    database_worker_url: str = Field("", repr=False)
    database_pool_size: int = Field(10, ge=1)

    nats_url: str = Field("nats://127.0.0.1:4222", repr=False)

    nats_monitor_url: str = "http://127.0.0.1:8222"
    """The server's HTTP monitoring: only there ``sync_interval`` can be seen."""

    oidc_issuer: str
    oidc_jwks_url: str | None = None
    oidc_audience: str
    oidc_principal_claim: str = "sub"

    keyring_secret: SecretStr

    rate_limit_storage: Literal["postgresql", "memory"] = "postgresql"

    otlp_endpoint: str | None = None
    clock_file: Path | None = None
    """Moves the service's clock forward (`chassis.clock.SteeredClock`); set by demonstrations and stories only."""
    log_level: str = "INFO"

    regions_dir: Path
    host: str = "127.0.0.1"
    port: int = Field(8000, ge=0, le=65535)
    public_url: str = "http://127.0.0.1:8000"
    forwarded_allow_ips: str = "127.0.0.1"

    @field_validator("keyring_secret")
    @classmethod
    def _is_a_key(cls, value: SecretStr) -> SecretStr:
        if len(b64decode(value.get_secret_value(), validate=True)) != KEY_BYTES:
            raise ValueError(f"must be {KEY_BYTES} bytes in base64")
        return value

    @property
    def key_encryption_key(self) -> bytes:
        """The service's own AES-256 key: wraps person keys in intake, seals stored responses everywhere."""
        return b64decode(self.keyring_secret.get_secret_value())
