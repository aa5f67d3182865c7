"""Settings come from the environment and never show a secret."""

from __future__ import annotations

from base64 import b64encode

import pytest
from chassis.settings import ServiceSettings
from pydantic import ValidationError

ENVIRONMENT = {
    "MARSHRUT_OIDC_ISSUER": "https://issuer.test",
    "MARSHRUT_OIDC_AUDIENCE": "marshrut",
    "MARSHRUT_KEYRING_SECRET": b64encode(b"k" * 32).decode(),
    "MARSHRUT_REGIONS_DIR": "regions",
    "MARSHRUT_DATABASE_API_URL": "postgresql+asyncpg://api:password@127.0.0.1/intake",
    "MARSHRUT_PORT": "8101",
}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def test_settings_are_read_with_the_prefix(environment: pytest.MonkeyPatch) -> None:
    settings = ServiceSettings()
    assert settings.port == 8101
    assert settings.key_encryption_key == b"k" * 32


def test_secrets_do_not_show(environment: pytest.MonkeyPatch) -> None:
    shown = repr(ServiceSettings())
    assert "password" not in shown
    assert ENVIRONMENT["MARSHRUT_KEYRING_SECRET"] not in shown


@pytest.mark.parametrize("secret", ["short", b64encode(b"k" * 16).decode(), ""])
def test_a_key_of_another_length_is_refused(environment: pytest.MonkeyPatch, secret: str) -> None:
    environment.setenv("MARSHRUT_KEYRING_SECRET", secret)
    with pytest.raises(ValidationError) as caught:
        ServiceSettings()
    assert "input_value" not in str(caught.value)
