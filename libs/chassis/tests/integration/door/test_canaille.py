"""Tokens of the embedded identity provider are validated over its real discovery and key set."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from chassis.access.tokens import TokenVerifier, subject_digest
from chassis.errors import DomainError
from chassis.settings import ServiceSettings
from chassis.testing.running import REGIONS, TEST_KEY
from embedded import Canaille, DemoUser, MailSink, OidcClient
from embedded.login import authorization_code_login

BACK = "http://127.0.0.1:9/callback"
USER = DemoUser("koordinator", "Zelenaya-Lampa-7", "Анна", "Пример", "anna@example.org")


@pytest.fixture(scope="module")
def canaille(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Canaille]:
    sink = MailSink(tmp_path_factory.mktemp("mail"))
    sink.start()
    clients = [OidcClient("marshrut-web", (BACK,), "Маршрут")]
    server = Canaille(tmp_path_factory.mktemp("canaille"), smtp_port=sink.port, clients=clients, users=[USER])
    server.start()
    yield server
    server.stop()
    sink.stop()


async def test_an_access_token_is_accepted_and_an_id_token_is_not(canaille: Canaille) -> None:
    settings = ServiceSettings(
        oidc_issuer=canaille.issuer, oidc_audience="marshrut-api", keyring_secret=TEST_KEY, regions_dir=REGIONS
    )
    verifier = TokenVerifier(settings)
    tokens = authorization_code_login(canaille.issuer, "marshrut-web", BACK, USER.user_name, USER.password)
    assert await verifier.subject(tokens["access_token"]) == subject_digest(canaille.issuer, USER.subject)
    with pytest.raises(DomainError) as refused:
        await verifier.subject(tokens["id_token"])
    assert refused.value.errors[0].rule == "audience"
