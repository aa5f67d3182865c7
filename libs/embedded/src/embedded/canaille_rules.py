"""What our issuer does otherwise than Canaille: whose tokens, how long a login and a refresh token last."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from joserfc import jwt
from joserfc.jwk import RSAKey


def access_tokens(settings: dict[str, Any]) -> Callable[[Any, str, Any, str], str]:
    """RFC 9068 access tokens. Canaille's own hold nothing unique: a second login within a second ends in error 500."""
    key = RSAKey.import_key(settings["signing_key"])
    systems = {each["client_id"]: each["subject"] for each in settings["systems"]}
    header = {"typ": "at+jwt", "alg": "RS256", "kid": key.kid}

    def generate(client: Any, grant_type: str, user: Any, scope: str) -> str:
        now = int(time.time())
        claims = {
            "iss": settings["issuer"],
            "sub": user.id if user else systems[client.client_id],
            "aud": [settings["audience"]],
            "client_id": client.client_id,
            "scope": scope,
            "iat": now,
            "exp": now + settings["config"]["OAUTH2_TOKEN_EXPIRES_IN"][grant_type],
            "jti": uuid4().hex,
        }
        return jwt.encode(header, claims, key)

    return generate


def refreshable(save: Callable[[dict[str, Any], Any], None], clients: list[dict[str, Any]]) -> Callable[..., None]:
    """``save`` of a pair of tokens. Canaille keeps one lifetime for both: here the refresh token's, which is the longer
    one. The access token carries its own ``exp``, and the answer's ``expires_in`` is of the access token."""
    lifetimes = {each["client_id"]: each["refresh_seconds"] for each in clients}

    def saved(token: dict[str, Any], request: Any) -> None:
        save({**token, "expires_in": lifetimes.get(request.client.client_id, token["expires_in"])}, request)

    return saved


def limited(restore: Callable[[dict[str, Any]], Any], seconds: int) -> Callable[[dict[str, Any]], Any]:
    """``restore`` of a login from the cookie, which ends ``seconds`` after the password: each use renews the cookie."""

    def restored(payload: dict[str, Any]) -> Any:
        found = restore(payload)
        fresh = found and found.last_login_datetime
        return found if fresh and datetime.now(UTC) - fresh < timedelta(seconds=seconds) else None

    return restored
