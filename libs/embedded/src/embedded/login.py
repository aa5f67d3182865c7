"""Drives Canaille's pages as a person with a browser would: register, log in, come back with a token."""

import base64
import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from embedded.mail import MailSink

# A confirmation letter passes a web worker and the mail sink; a machine busy with tests may take its time.
_LETTER_SECONDS = 30


class LoginError(RuntimeError):
    """A page refused what was entered; carries what the page says."""


class _Page(HTMLParser):
    """Fields of the page's form as a browser would send them untouched, and its readable text."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self._words: list[str] = []
        self._skipping = False
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        self._skipping = tag in {"script", "style"}
        name = attributes.get("name")
        if tag == "input" and name and (attributes.get("type") != "checkbox" or "checked" in attributes):
            self.fields[name] = attributes.get("value") or ""

    def handle_endtag(self, _tag: str) -> None:
        self._skipping = False

    def handle_data(self, data: str) -> None:
        if not self._skipping and data.strip():
            self._words.append(" ".join(data.split()))

    @property
    def text(self) -> str:
        return " · ".join(self._words)


class _Browser:
    """Cookies and one page at a time. Redirects are followed inside the issuer only."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self._client = httpx.Client(timeout=30)
        self._url = httpx.URL(issuer)

    def __enter__(self) -> "_Browser":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._client.close()

    def open(self, url: str, params: Mapping[str, str] | None = None) -> httpx.Response:
        return self._follow(self._client.get(url, params=params))

    def submit(self, page: httpx.Response, entries: Mapping[str, str]) -> httpx.Response:
        """Fill the form in and send it to its own address."""
        fields = _Page(page.text).fields
        if missing := entries.keys() - fields.keys():
            raise LoginError(f"no field {sorted(missing)} on {page.url.path}: {_Page(page.text).text}")
        return self._follow(self._client.post(page.url, data={**fields, **entries}))

    def _follow(self, response: httpx.Response) -> httpx.Response:
        while response.next_request is not None and str(response.next_request.url).startswith(f"{self.issuer}/"):
            response = self._client.send(response.next_request)
        return response

    def post(self, url: str, data: Mapping[str, str]) -> httpx.Response:
        return self._client.post(url, data=data)


class Session:
    """A person's browser that stays open: logged in once, back with tokens without a password until logged out."""

    def __init__(self, issuer: str, client_id: str, redirect_uri: str) -> None:
        self._issuer, self._client_id, self._redirect_uri = issuer, client_id, redirect_uri
        self._browser = _Browser(issuer)

    def __enter__(self) -> "Session":
        return self

    def __exit__(self, *_: object) -> None:
        self._browser.close()

    def log_in(self, username: str, password: str, scope: str = "openid") -> dict[str, Any]:
        """Token response after login and password; ``LoginError`` when the pages refuse them."""
        return self._tokens({"login": username}, {"password": password}, scope=scope)

    def register(self, mail_sink: MailSink, person: "Newcomer") -> dict[str, Any]:
        """Token response of somebody who came to register (``prompt=create``): from the letter's form straight back.

        The letter's link is opened in the same browser; opened in another one it ends at the issuer.
        """
        authorize, request, verifier = self._request(prompt="create")
        return self._exchange(person.sign_up(self._browser, authorize, request, mail_sink), request["state"], verifier)

    def return_later(self) -> dict[str, Any]:
        """Token response of somebody still logged in; ``LoginError`` where the issuer asks for the password again."""
        return self._tokens()

    def log_out(self) -> None:
        """End the session at the issuer."""
        self._browser.open(f"{self._issuer}/logout")

    def leave(self, id_token: str, back: str) -> str:
        """Sign out as an application does (RP-initiated); the address the issuer sends the browser to."""
        asked = {"client_id": self._client_id, "id_token_hint": id_token, "post_logout_redirect_uri": back}
        page = self._browser.open(self._metadata()["end_session_endpoint"], {**asked, "state": "signed-out"})
        return str(page.headers.get("location", page.url))

    def _tokens(self, *pages: dict[str, str], scope: str = "openid") -> dict[str, Any]:
        authorize, request, verifier = self._request(scope=scope)
        page = self._browser.open(authorize, request)
        for entries in pages:
            page = self._browser.submit(page, entries)
        return self._exchange(page, request["state"], verifier)

    def _request(self, **asked: str) -> tuple[str, dict[str, str], str]:
        """Where to ask, what is asked, and the verifier only this browser knows."""
        verifier = secrets.token_urlsafe(48)
        request = {
            "client_id": self._client_id,
            "redirect_uri": self._redirect_uri,
            "response_type": "code",
            "scope": "openid",
            "state": secrets.token_urlsafe(16),
            "nonce": secrets.token_urlsafe(16),
            "code_challenge": _challenge(verifier),
            "code_challenge_method": "S256",
            **asked,
        }
        return self._metadata()["authorization_endpoint"], request, verifier

    def _exchange(self, page: httpx.Response, state: str, verifier: str) -> dict[str, Any]:
        exchange = {
            "grant_type": "authorization_code",
            "client_id": self._client_id,
            "redirect_uri": self._redirect_uri,
            "code": _code(page, self._redirect_uri, state),
            "code_verifier": verifier,
        }
        return _granted(self._browser.post(self._metadata()["token_endpoint"], exchange))

    def _metadata(self) -> dict[str, Any]:
        found: dict[str, Any] = self._browser.open(f"{self._issuer}/.well-known/openid-configuration").json()
        return found


def authorization_code_login(
    issuer: str, client_id: str, redirect_uri: str, username: str, password: str, scope: str = "openid"
) -> dict[str, Any]:
    """Token response of an authorization code login with PKCE; ``LoginError`` when the pages refuse it."""
    with Session(issuer, client_id, redirect_uri) as session:
        return session.log_in(username, password, scope)


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _code(page: httpx.Response, redirect_uri: str, state: str) -> str:
    location = str(page.headers.get("location", ""))
    if not location.startswith(redirect_uri):
        raise LoginError(f"no way back to {redirect_uri} from {page.url.path}: {_Page(page.text).text}")
    answer: dict[str, str] = {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}
    if "code" not in answer or answer.get("state") != state:
        raise LoginError(f"no code for this request: {answer.get('error', 'wrong state')}")
    return answer["code"]


def _granted(response: httpx.Response) -> dict[str, Any]:
    if response.status_code != httpx.codes.OK:
        raise LoginError(f"token endpoint answered {response.status_code}: {response.text[:300]}")
    tokens: dict[str, Any] = response.json()
    return tokens


def refresh(issuer: str, client_id: str, refresh_token: str) -> dict[str, Any]:
    """New tokens for a refresh token that is younger than the access token's lifetime."""
    exchange = {"grant_type": "refresh_token", "client_id": client_id, "refresh_token": refresh_token}
    with _Browser(issuer) as browser:
        return _granted(browser.post(f"{issuer}/oauth/token", exchange))


def client_credentials(issuer: str, client_id: str, secret: str) -> dict[str, Any]:
    """Token response for another organisation's system; ``LoginError`` when the secret is not its own."""
    asked = {"grant_type": "client_credentials", "scope": "openid"}
    return _granted(httpx.post(f"{issuer}/oauth/token", data=asked, auth=(client_id, secret), timeout=30))


@dataclass(frozen=True, slots=True)
class Newcomer:
    """What somebody enters who makes an account."""

    email: str
    user_name: str
    given_name: str
    family_name: str
    password: str

    def sign_up(
        self, browser: _Browser, join: str, asked: Mapping[str, str] | None, mail_sink: MailSink
    ) -> httpx.Response:
        """Ask for the confirmation letter, open its link, fill the form in; the page this leads to."""
        known = len(mail_sink.messages(self.email))
        start = f"{browser.issuer}/register/"
        browser.submit(browser.open(join, asked), {"email": self.email})
        letter = mail_sink.wait_for(self.email, after=known, holding=start, seconds=_LETTER_SECONDS)
        named = {name: getattr(self, name) for name in ("user_name", "given_name", "family_name")}
        form = browser.open(_link(letter.text, start))
        done = browser.submit(form, {**named, "password1": self.password, "password2": self.password})
        if done.url.path.startswith("/register/"):
            raise LoginError(f"registration refused: {_Page(done.text).text}")
        return done


def register(
    issuer: str, mail_sink: MailSink, email: str, user_name: str, given_name: str, family_name: str, password: str
) -> None:
    """Make an account at the issuer's own pages."""
    person = Newcomer(email, user_name, given_name, family_name, password)
    with _Browser(issuer) as browser:
        person.sign_up(browser, f"{issuer}/join", None, mail_sink)


def recover_password(issuer: str, mail_sink: MailSink, user_name: str, email: str, password: str) -> None:
    """Ask for the letter of somebody who has forgotten the password, open its link, choose a new one."""
    known = len(mail_sink.messages(email))
    with _Browser(issuer) as browser:
        browser.submit(browser.open(f"{issuer}/reset"), {"login": user_name})
        start = f"{issuer}/reset/"
        letter = mail_sink.wait_for(email, after=known, holding=start, seconds=_LETTER_SECONDS)
        form = browser.open(_link(letter.text, start))
        done = browser.submit(form, {"password": password, "confirmation": password})
        if done.url.path.startswith("/reset/"):
            raise LoginError(f"recovery refused: {_Page(done.text).text}")


def _link(text: str, start: str) -> str:
    found = re.search(re.escape(start) + r"\S+", text)
    if found is None:
        raise LoginError("no confirmation link in the letter")
    return found.group()
