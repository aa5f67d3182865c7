"""Canaille's own process: migrate, set clients and accounts right, serve. One import of Canaille does all three.

Everything goes through Canaille's models: its command line can neither avoid a duplicate audience nor delete one.
"""

import asyncio
import json
import sys
from collections.abc import Callable
from html import escape
from math import ceil
from pathlib import Path
from typing import Any

from asgiref.wsgi import WsgiToAsgi
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from canaille import create_app  # type: ignore[import-untyped, unused-ignore]
from canaille.app import models  # type: ignore[import-untyped, unused-ignore]
from canaille.app.i18n import gettext  # type: ignore[import-untyped, unused-ignore]
from canaille.app.mails import send_email  # type: ignore[import-untyped, unused-ignore]
from canaille.app.session import UserSession  # type: ignore[import-untyped, unused-ignore]
from canaille.backends import Backend  # type: ignore[import-untyped, unused-ignore]
from canaille.backends.sql import backend as sql  # type: ignore[import-untyped, unused-ignore]
from canaille.core.endpoints import account  # type: ignore[import-untyped, unused-ignore]
from canaille.oidc import provider  # type: ignore[import-untyped, unused-ignore]
from hypercorn.asyncio import serve
from hypercorn.config import Config

from embedded.canaille_rules import access_tokens, limited, refreshable


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
        # Its host makes the client trusted, see TRUSTED_DOMAINS: no consent page, for every client here is our own,
        # also one that comes back by a scheme of a telephone. Its origin, port included, is the one CORS lets in.
        client_uri=wanted["home"],
        redirect_uris=wanted["redirect_uris"],
        post_logout_redirect_uris=[wanted["home"]],
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


def set_up_system(wanted: dict[str, Any]) -> None:
    client(
        wanted["client_id"],
        client_name=wanted["name"],
        client_secret=wanted["secret"],
        grant_types=["client_credentials"],
        token_endpoint_auth_method="client_secret_basic",
        scope=["openid"],
    )


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


def add_words(catalogue: Path, folder: Path) -> None:
    """Lay our Russian words where Canaille's translations look for more."""
    compiled = folder / "ru" / "LC_MESSAGES" / "messages.mo"
    compiled.parent.mkdir(parents=True, exist_ok=True)
    with catalogue.open("rb") as words, compiled.open("wb") as file:
        write_mo(file, read_po(words, locale="ru"))


def patience(seconds: float) -> str:
    """What somebody reads who has to wait after wrong passwords; Canaille's own sentence cannot be translated."""
    words = "Too much attempts. Please wait for {nb_seconds} seconds before trying to login again."
    return str(gettext(words)).format(nb_seconds=ceil(seconds))


def main() -> None:
    settings = json.loads(Path(sys.argv[1]).read_text())
    add_words(Path(settings["words"]), Path(settings["translations"]))
    UserSession.deserialize = limited(UserSession.deserialize, settings["session_seconds"])
    sql.get_lockout_delay_message = patience
    # Public clients too end their refresh tokens when somebody signs out or a device is lost (RFC 7009).
    provider.RevocationEndpoint.CLIENT_AUTH_METHODS = ["none"]
    provider.save_token = refreshable(provider.save_token, settings["clients"])
    # Canaille looks its generator up by this name while it is created.
    provider.generate_access_token = access_tokens(settings)
    if settings["welcome"]:
        account.profile_create = welcomed(account.profile_create, settings["welcome"])
    app = create_app(config=settings["config"])
    with app.app_context(), Backend.instance.session():
        for wanted in settings["clients"]:
            set_up_client(wanted)
        for wanted in settings["systems"]:
            set_up_system(wanted)
        set_up_users(settings["users"])
    # In this process, as `canaille run --workers 0` does: each worker would import the provider once more.
    config = Config.from_mapping(bind=[settings["config"]["SERVER_NAME"]], graceful_timeout=1)
    served = WsgiToAsgi(app)  # type: ignore[no-untyped-call, unused-ignore]
    asyncio.run(serve(served, config))


if __name__ == "__main__":
    main()
