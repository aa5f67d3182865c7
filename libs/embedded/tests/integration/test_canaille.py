import re
import sqlite3
import stat
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from embedded import Canaille, DemoUser, MailSink, OidcClient, Process, SystemClient
from embedded.canaille_rules import limited
from embedded.login import (
    LoginError,
    Session,
    authorization_code_login,
    client_credentials,
    recover_password,
    refresh,
    register,
)
from joserfc import jwt
from joserfc.jwk import KeySet

HOME = "http://127.0.0.1:9/"
BACK = "http://127.0.0.1:9/callback"
TWELVE_HOURS = 12 * 60 * 60
COORDINATOR = DemoUser("koordinator", "Zelenaya-Lampa-7", "Анна", "Пример", "anna@example.org")

BUREAU = SystemClient("byuro", "Sinij-Seyf-8", COORDINATOR.subject, "Система бюро")
FORGETFUL = DemoUser("zabyvchivyj", "Sinee-Yabloko-5", "Пётр", "Пример", "petr@example.org")


@pytest.fixture(scope="module")
def sink(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailSink]:
    sink = MailSink(tmp_path_factory.mktemp("mail"))
    sink.start()
    yield sink
    sink.stop()


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory, sink: MailSink) -> Iterator[Canaille]:
    clients = [
        OidcClient("marshrut-web", (BACK,), "Маршрут", HOME),
        OidcClient("marshrut-field", (BACK,), "Маршрут в дороге", HOME, refresh_seconds=TWELVE_HOURS),
    ]
    server = Canaille(
        tmp_path_factory.mktemp("canaille"),
        smtp_port=sink.port,
        clients=clients,
        users=[COORDINATOR, FORGETFUL],
        systems=[BUREAU],
    )
    server.start()
    yield server
    server.stop()


def log_in(server: Canaille, name: str = COORDINATOR.user_name, password: str = COORDINATOR.password) -> dict[str, Any]:
    return authorization_code_login(server.issuer, "marshrut-web", BACK, name, password)


def validated(server: Canaille, token: str, audience: str = "marshrut-api") -> jwt.Token:
    keys = KeySet.import_key_set(httpx.get(server.jwks_url).json())
    decoded = jwt.decode(token, keys, algorithms=["RS256"])
    rules = jwt.JWTClaimsRegistry(
        iss={"essential": True, "value": server.issuer},
        aud={"essential": True, "value": audience},
        exp={"essential": True},
        sub={"essential": True},
    )
    rules.validate(decoded.claims)
    return decoded


def test_login_gives_an_rs256_access_token_for_our_audience_valid_15_minutes(issuer: Canaille) -> None:
    token = validated(issuer, log_in(issuer)["access_token"])
    assert token.header["alg"] == "RS256"
    assert token.claims["sub"] == COORDINATOR.subject
    assert token.claims["exp"] - token.claims["iat"] == 15 * 60
    assert token.claims["scope"] == "openid"


def test_an_id_token_is_not_an_access_token(issuer: Canaille) -> None:
    tokens = log_in(issuer)
    assert validated(issuer, tokens["id_token"], audience="marshrut-web").claims["aud"] == ["marshrut-web"]


def test_only_openid_is_granted_whatever_is_asked(issuer: Canaille) -> None:
    name, password = COORDINATOR.user_name, COORDINATOR.password
    tokens = authorization_code_login(issuer.issuer, "marshrut-web", BACK, name, password, scope="openid email profile")
    assert tokens["scope"] == "openid"
    assert "anna@example.org" not in str(validated(issuer, tokens["access_token"]).claims)


def test_one_person_may_log_in_many_times_within_a_second(issuer: Canaille) -> None:
    with ThreadPoolExecutor(4) as pool:
        tokens = {answer["access_token"] for answer in pool.map(lambda _: log_in(issuer), range(4))}
    assert len(tokens) == 4


def test_a_refresh_token_gives_a_new_access_token(issuer: Canaille) -> None:
    first = log_in(issuer)
    second = refresh(issuer.issuer, "marshrut-web", first["refresh_token"])
    assert second["access_token"] != first["access_token"]
    assert validated(issuer, second["access_token"]).claims["sub"] == COORDINATOR.subject
    with pytest.raises(LoginError, match="invalid_grant"):
        refresh(issuer.issuer, "marshrut-web", first["refresh_token"])


def test_a_wrong_password_is_refused_and_makes_the_next_try_wait(issuer: Canaille) -> None:
    for _ in range(2):
        with pytest.raises(LoginError):
            log_in(issuer, FORGETFUL.user_name, "wrong")
    with pytest.raises(LoginError, match="Подождите"):
        log_in(issuer, FORGETFUL.user_name, FORGETFUL.password)


def test_a_foreign_redirect_is_refused(issuer: Canaille) -> None:
    name, password = COORDINATOR.user_name, COORDINATOR.password
    with pytest.raises(LoginError):
        authorization_code_login(issuer.issuer, "marshrut-web", "http://127.0.0.1:10/thief", name, password)


def test_D0_13_a_family_registers_itself_with_a_russian_confirmation_letter(issuer: Canaille, sink: MailSink) -> None:
    register(issuer.issuer, sink, "semya@example.org", "semya", "Мария", "Примерова", "Sinij-Chajnik-9")
    letter = sink.messages("semya@example.org")[0]
    assert "Маршрут" in letter.subject
    assert "регистрац" in letter.text
    token = validated(issuer, log_in(issuer, "semya@example.org", "Sinij-Chajnik-9")["access_token"])
    assert token.claims["sub"] not in {"semya", "semya@example.org", COORDINATOR.subject}


def test_D0_15_a_forgotten_password_is_recovered_by_a_russian_letter(issuer: Canaille, sink: MailSink) -> None:
    register(issuer.issuer, sink, "rasseyannaya@example.org", "rasseyannaya", "Анна", "Пробная", "Sinij-Chajnik-9")
    recover_password(issuer.issuer, sink, "rasseyannaya", "rasseyannaya@example.org", "Krasnyj-Kover-11")
    assert "парол" in sink.messages("rasseyannaya@example.org")[-1].text
    assert log_in(issuer, "rasseyannaya", "Krasnyj-Kover-11")
    with pytest.raises(LoginError):
        log_in(issuer, "rasseyannaya", "Sinij-Chajnik-9")


def test_who_has_logged_out_is_asked_for_the_password_again(issuer: Canaille) -> None:
    with Session(issuer.issuer, "marshrut-web", BACK) as session:
        session.log_in(COORDINATOR.user_name, COORDINATOR.password)
        assert session.return_later()["access_token"]
        session.log_out()
        with pytest.raises(LoginError):
            session.return_later()


def test_the_name_admin_gives_no_rights(issuer: Canaille, sink: MailSink) -> None:
    register(issuer.issuer, sink, "admin@example.org", "admin", "Иван", "Хитров", "Krasnyj-Stul-3")
    with httpx.Client(base_url=issuer.issuer, follow_redirects=True) as browser:
        browser.get("/login/admin")
        page = browser.get("/auth/password")
        page = browser.post(page.url, data={"csrf_token": csrf(page.text), "password": "Krasnyj-Stul-3"})
        assert page.url.path == "/profile/admin"
        assert browser.get("/users").status_code == 403


def test_it_listens_on_the_loopback_address_only(
    issuer: Canaille, listening_addresses: Callable[[Process], set[str]]
) -> None:
    assert listening_addresses(issuer.process) == {"127.0.0.1"}


@pytest.mark.parametrize("path", ["/login", "/join", "/reset", "/nowhere"])
def test_pages_are_russian_with_one_heading_and_no_script(issuer: Canaille, path: str) -> None:
    page = httpx.get(f"{issuer.issuer}{path}", headers={"Accept-Language": "en"}).text
    assert '<html lang="ru">' in page
    assert (page.count("<h1"), page.count("<main"), page.count("<script")) == (1, 1, 0)
    assert 'name="viewport" content="width=device-width, initial-scale=1"' in page
    words = re.sub(r"<!--.*?-->|<style.*?</style>|<[^>]+>", " ", page, flags=re.S)
    assert re.findall(r"[A-Za-z]{3,}", words) == []


def test_nobody_is_remembered_on_a_shared_computer(issuer: Canaille) -> None:
    with httpx.Client(base_url=issuer.issuer, follow_redirects=True) as browser:
        page = browser.get("/login")
        assert 'name="remember"' not in page.text
        page = browser.post(page.url, data={"csrf_token": csrf(page.text), "login": COORDINATOR.user_name})
        assert 'autocomplete="username"' in page.text
        browser.post(page.url, data={"csrf_token": csrf(page.text), "password": COORDINATOR.password})
        assert browser.get("/profile/koordinator").status_code == 200
        # gone with the browser's window
        assert [cookie.expires for cookie in browser.cookies.jar] == [None]
        browser.get("/logout")
        assert COORDINATOR.given_name not in browser.get("/login").text


def test_a_login_ends_twelve_hours_after_the_password() -> None:
    def at(hours: float) -> Any:
        return SimpleNamespace(last_login_datetime=datetime.now(UTC) - timedelta(hours=hours))

    restore = limited(lambda payload: payload["login"], TWELVE_HOURS)
    assert restore({"login": at(11.9)})
    assert restore({"login": at(12.1)}) is None
    assert restore({"login": None}) is None


def test_a_page_of_the_clients_origin_and_no_other_may_ask_for_tokens(issuer: Canaille) -> None:
    asked = {"Access-Control-Request-Method": "POST"}
    for path in ("/oauth/token", "/.well-known/openid-configuration"):
        for origin, allowed in (("http://127.0.0.1:9", "http://127.0.0.1:9"), ("http://127.0.0.1", None)):
            answer = httpx.options(issuer.issuer + path, headers={"Origin": origin, **asked})
            assert answer.headers.get("access-control-allow-origin") == allowed, path


def test_the_device_in_the_field_refreshes_for_twelve_hours_with_short_access_tokens(issuer: Canaille) -> None:
    for client, seconds in (("marshrut-web", 15 * 60), ("marshrut-field", TWELVE_HOURS)):
        name, password = COORDINATOR.user_name, COORDINATOR.password
        tokens = authorization_code_login(issuer.issuer, client, BACK, name, password)
        for pair in (tokens, refresh(issuer.issuer, client, tokens["refresh_token"])):
            claims = validated(issuer, pair["access_token"]).claims
            assert claims["exp"] - claims["iat"] == pair["expires_in"] == 15 * 60
            assert kept_seconds(issuer, pair["refresh_token"]) == seconds


def test_another_organisations_system_gets_a_token_of_its_account_by_a_secret(issuer: Canaille) -> None:
    tokens = client_credentials(issuer.issuer, BUREAU.client_id, BUREAU.secret)
    claims = validated(issuer, tokens["access_token"]).claims
    assert (claims["sub"], claims["client_id"]) == (BUREAU.subject, BUREAU.client_id)
    assert claims["exp"] - claims["iat"] == tokens["expires_in"] == 15 * 60
    assert "refresh_token" not in tokens
    for name, secret in ((BUREAU.client_id, "wrong"), ("marshrut-web", "")):
        with pytest.raises(LoginError, match=r"40[01]"):
            client_credentials(issuer.issuer, name, secret)


def test_a_refresh_token_is_ended_by_its_public_client(issuer: Canaille) -> None:
    ended = log_in(issuer)["refresh_token"]
    asked = {"client_id": "marshrut-web", "token": ended, "token_type_hint": "refresh_token"}
    assert httpx.post(f"{issuer.issuer}/oauth/revoke", data=asked).status_code == 200
    with pytest.raises(LoginError, match="400"):
        refresh(issuer.issuer, "marshrut-web", ended)


def kept_seconds(issuer: Canaille, refresh_token: str) -> int:
    """How long the issuer takes a refresh token."""
    with closing(sqlite3.connect(issuer.data_dir / "canaille.sqlite")) as database:
        (found,) = database.execute("SELECT lifetime FROM token WHERE refresh_token = ?", [refresh_token]).fetchone()
        return int(found)


def csrf(page: str) -> str:
    return page.split('name="csrf_token" value="')[1].split('"')[0]


def test_keys_accounts_and_clients_survive_a_restart(issuer: Canaille) -> None:
    token = log_in(issuer)["access_token"]
    issuer.stop()
    issuer.start()
    assert validated(issuer, token).claims["sub"] == COORDINATOR.subject
    assert validated(issuer, log_in(issuer)["access_token"])
    for name in ("secrets.json", "settings.json", "signing-key.json"):
        assert stat.S_IMODE((issuer.data_dir / name).stat().st_mode) == 0o600, name
