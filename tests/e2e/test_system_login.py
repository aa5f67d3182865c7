"""A person with a browser: the gateway's page, the issuer's pages, a token the page may fetch, the way out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from embedded import login
from local_deploy.staff import DEMO_PASSWORD
from local_deploy.system import CLIENT_ID, FIELD_CLIENT_ID, System

WHO = "koordinator.smolensk"
TWELVE_HOURS = 12 * 60 * 60


@pytest.fixture(scope="module")
def gateway(system: System) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=system.url, timeout=30) as client:
        yield client


@pytest.fixture(scope="module")
def issuer(system: System) -> Iterator[httpx.Client]:
    """The issuer as a script of the gateway's page meets it."""
    with httpx.Client(base_url=system.identity.issuer, timeout=30, headers={"Origin": system.url}) as client:
        yield client


@pytest.mark.parametrize("path", ["/", "/login/callback", "/login/callback?code=x&state=y"])
def test_the_page_is_russian_and_runs_no_script_but_the_gateways(
    gateway: httpx.Client, system: System, path: str
) -> None:
    page = gateway.get(path)
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert '<html lang="ru">' in page.text
    assert (page.text.count("<h1"), page.text.count("<main")) == (1, 1)
    assert re.findall(r"<script(.*?)</script>", page.text) == [' type="module" src="/assets/page.js">']
    assert not re.search(r"\son[a-z]+=|\sstyle=|<style", page.text)
    policy = page.headers.get_list("content-security-policy")
    assert len(policy) == 1
    assert "unsafe" not in policy[0]
    assert f"connect-src 'self' {system.identity.issuer};" in policy[0]
    assert "require-trusted-types-for 'script'" in policy[0]
    assert page.headers["referrer-policy"] == "no-referrer"


def test_everything_the_page_asks_for_is_there(gateway: httpx.Client) -> None:
    page = gateway.get("/").text
    script = gateway.get("/assets/page.js").text
    wanted = re.findall(r'(?:href|src)="([^"]+)"', page) + [
        f"/assets/{name}" for name in re.findall(r'from "\./([^"]+)"', script)
    ]
    assert len(wanted) == 5
    assert {path: gateway.get(path).status_code for path in wanted} == dict.fromkeys(wanted, 200)
    for name in re.findall(r'find\("([a-z]+)"\)', script):
        assert f'id="{name}"' in page, name


def test_the_page_is_told_the_issuer_and_its_client(gateway: httpx.Client, system: System) -> None:
    assert gateway.get("/settings.json").json() == {
        "origin": system.url,
        "issuer": system.identity.issuer,
        "client_id": CLIENT_ID,
        "redirect_uri": system.redirect_uri,
    }


@pytest.mark.parametrize("path", ["/oauth/token", "/oauth/revoke", "/.well-known/openid-configuration"])
def test_a_script_of_the_page_and_no_other_may_ask_the_issuer(issuer: httpx.Client, system: System, path: str) -> None:
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    answer = issuer.options(path, headers=asked)
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == system.url
    stranger = issuer.options(path, headers={**asked, "Origin": "http://127.0.0.1"})
    assert "access-control-allow-origin" not in stranger.headers


def test_the_token_of_a_browsers_login_opens_a_service_and_ends_with_the_session(
    gateway: httpx.Client, issuer: httpx.Client, system: System
) -> None:
    with login.Session(system.identity.issuer, CLIENT_ID, system.redirect_uri) as browser:
        tokens = browser.log_in(WHO, DEMO_PASSWORD)
        renewed = granted(issuer, tokens["refresh_token"])
        assert renewed.headers["access-control-allow-origin"] == system.url
        latest = renewed.json()
        me = gateway.get("/intake/accounts/me", headers={"Authorization": f"Bearer {latest['access_token']}"})
        assert me.json()["position"] == "координатор семьи"

        ended = {"client_id": CLIENT_ID, "token": latest["refresh_token"]}
        assert issuer.post("/oauth/revoke", data=ended).status_code == 200
        assert granted(issuer, latest["refresh_token"]).status_code == 400
        left = browser.leave(tokens["id_token"], system.home)
        assert left == f"{system.home}?state=signed-out"
        with pytest.raises(login.LoginError):
            browser.return_later()


def granted(issuer: httpx.Client, refresh_token: str) -> httpx.Response:
    """The answer of the token endpoint to a refresh token of the page."""
    asked = {"grant_type": "refresh_token", "client_id": CLIENT_ID, "refresh_token": refresh_token}
    return issuer.post("/oauth/token", data=asked)


def test_the_issuer_answers_a_foreign_code_with_an_error_the_page_can_read(
    issuer: httpx.Client, system: System
) -> None:
    asked = {"grant_type": "authorization_code", "client_id": CLIENT_ID, "redirect_uri": system.redirect_uri}
    answer = issuer.post("/oauth/token", data={**asked, "code": "expired", "code_verifier": "x" * 43})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert answer.headers["access-control-allow-origin"] == system.url


def test_who_is_not_signed_in_comes_back_at_once_when_asked_silently(issuer: httpx.Client, system: System) -> None:
    asked = {"client_id": CLIENT_ID, "redirect_uri": system.redirect_uri, "response_type": "code", "scope": "openid"}
    proof = {"code_challenge": "x" * 43, "code_challenge_method": "S256"}
    answer = issuer.get("/oauth/authorize", params={**asked, **proof, "state": "s", "nonce": "n", "prompt": "none"})
    back = urlsplit(answer.headers["location"])
    assert f"{back.scheme}://{back.netloc}{back.path}" == system.redirect_uri
    assert parse_qs(back.query)["error"] == ["login_required"]


def test_the_login_page_is_russian_and_remembers_nobody(issuer: httpx.Client) -> None:
    page = issuer.get("/login")
    assert '<html lang="ru">' in page.text
    assert "Логин или электронная почта" in page.text
    assert "remember" not in page.text.lower()
    assert lifetimes(page.headers.get_list("set-cookie")) <= TWELVE_HOURS


def lifetimes(cookies: list[str]) -> int:
    """The longest life a cookie asks for, in seconds; 0 for those that go with the window."""
    assert cookies
    assert "expires" not in " ".join(cookies).lower()
    return max(int(found[1]) if (found := re.search(r"Max-Age=(\d+)", cookie)) else 0 for cookie in cookies)


def test_the_brigades_device_gets_short_access_tokens_too(system: System, gateway: httpx.Client) -> None:
    tokens: dict[str, Any] = login.authorization_code_login(
        system.identity.issuer, FIELD_CLIENT_ID, system.redirect_uri, WHO, DEMO_PASSWORD
    )
    assert tokens["expires_in"] == 15 * 60
    renewed = login.refresh(system.identity.issuer, FIELD_CLIENT_ID, tokens["refresh_token"])
    answer = gateway.get("/intake/accounts/me", headers={"Authorization": f"Bearer {renewed['access_token']}"})
    assert answer.status_code == 200


def test_an_agencys_system_gets_in_without_a_person(system: System, gateway: httpx.Client) -> None:
    tokens = login.client_credentials(system.identity.issuer, "agency.mse", DEMO_PASSWORD)
    me = gateway.get("/intake/accounts/me", headers={"Authorization": f"Bearer {tokens['access_token']}"}).json()
    assert (me["roles"], [place["code"] for place in me["organisations"]]) == (["agency"], ["irkutsk/mse-bureau"])
