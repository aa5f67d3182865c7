"""Canaille's own process: migrate, set clients and accounts right, serve. One import of Canaille does all three.

Everything goes through Canaille's models: its command line can neither avoid a duplicate audience nor delete one.
"""

import asyncio
import json
import sys
import time
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any
from uuid import uuid4

from asgiref.wsgi import WsgiToAsgi
from canaille import create_app  # type: ignore[import-untyped, unused-ignore]
from canaille.app import models  # type: ignore[import-untyped, unused-ignore]
from canaille.app.mails import send_email  # type: ignore[import-untyped, unused-ignore]
from canaille.backends import Backend  # type: ignore[import-untyped, unused-ignore]
from canaille.core.endpoints import account  # type: ignore[import-untyped, unused-ignore]
from canaille.oidc import provider  # type: ignore[import-untyped, unused-ignore]
from hypercorn.asyncio import serve
from hypercorn.config import Config
from joserfc import jwt
from joserfc.jwk import RSAKey

from embedded.ports import LOOPBACK


def client(client_id: str, **attributes: object) -> Any:
    """The client of that id with exactly these attributes, made when it is missing."""
    found = Backend.instance.get(models.Client, client_id=client_id) or models.Client(client_id=client_id)
    for name, value in attributes.items():
        setattr(found, name, value)
    Backend.instance.save(found)
    return found


def set_up_client(wanted: dict[str, Any]) -> None:
    public = client(
        wanted["client_id"],
        client_name=wanted["name"],
        # Makes it trusted, see TRUSTED_DOMAINS: no consent page, for every client here is our own, also one that comes
        # back by a scheme of a telephone.
        client_uri=f"http://{LOOPBACK}/",
        redirect_uris=wanted["redirect_uris"],
        post_logout_redirect_uris=wanted["redirect_uris"],
        grant_types=["authorization_code", "refresh_token"],
        response_types=["code"],
        token_endpoint_auth_method="none",
        scope=["openid"],
        id_token_signed_response_alg="RS256",
    )
    if list(public.audience) != [public]:
        # Of its id tokens: the client and nobody else, so that no service takes one for an access token.
        public.audience = [public]
        Backend.instance.save(public)


def set_up_users(users: list[dict[str, Any]]) -> None:
    for wanted in users:
        if Backend.instance.get(models.User, user_name=wanted["user_name"]) is None:
            add_user(wanted)


def add_user(wanted: dict[str, Any]) -> None:
    user = models.User(
        id=wanted["subject"],
        user_name=wanted["user_name"],
        given_name=wanted["given_name"],
        family_name=wanted["family_name"],
        formatted_name=f"{wanted['given_name']} {wanted['family_name']}",
        emails=[wanted["email"]],
    )
    Backend.instance.save(user)
    Backend.instance.set_user_password(user, wanted["password"])


def welcomed(create: Callable[[Any, Any], Any], words: dict[str, str]) -> Callable[[Any, Any], Any]:
    """``create`` of an account, and the letter that says so (D0-14): Canaille is silent once its form is filled in."""
    paragraphs = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in words["text"].split("\n\n"))
    page = f'<!doctype html><html lang="ru"><meta charset="utf-8"><body>{paragraphs}</body></html>'

    def created(app: Any, form: Any) -> Any:
        user = create(app, form)
        send_email.send(subject=words["subject"], recipient=user.preferred_email, text=words["text"], html=page)
        return user

    return created


def access_tokens(settings: dict[str, Any]) -> Callable[[Any, str, Any, str], str]:
    """RFC 9068 access tokens. Canaille's own hold nothing unique: a second login within a second ends in error 500."""
    key = RSAKey.import_key(settings["signing_key"])
    header = {"typ": "at+jwt", "alg": "RS256", "kid": key.kid}

    def generate(client: Any, grant_type: str, user: Any, scope: str) -> str:
        now = int(time.time())
        claims = {
            "iss": settings["issuer"],
            "sub": user.id,
            "aud": [settings["audience"]],
            "client_id": client.client_id,
            "scope": scope,
            "iat": now,
            "exp": now + settings["config"]["OAUTH2_TOKEN_EXPIRES_IN"][grant_type],
            "jti": uuid4().hex,
        }
        return jwt.encode(header, claims, key)

    return generate


def main() -> None:
    settings = json.loads(Path(sys.argv[1]).read_text())
    # Canaille looks its generator up by this name while it is created.
    provider.generate_access_token = access_tokens(settings)
    if settings["welcome"]:
        account.profile_create = welcomed(account.profile_create, settings["welcome"])
    app = create_app(config=settings["config"])
    with app.app_context(), Backend.instance.session():
        for wanted in settings["clients"]:
            set_up_client(wanted)
        set_up_users(settings["users"])
    # In this process, as `canaille run --workers 0` does: each worker would import the provider once more.
    config = Config.from_mapping(bind=[settings["config"]["SERVER_NAME"]], graceful_timeout=1)
    served = WsgiToAsgi(app)  # type: ignore[no-untyped-call, unused-ignore]
    asyncio.run(serve(served, config))


if __name__ == "__main__":
    main()
