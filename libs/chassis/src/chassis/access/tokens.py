"""Who is asking: a bearer token becomes a digest, the digest becomes a `Principal` of our own directory.

The token proves only who somebody is. Roles and scopes come from ``authorities`` (see `chassis.access.authority`);
``sub`` leaves this module only as SHA-256 of issuer and subject and is never logged.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from dataclasses import dataclass, field
from uuid import UUID

import httpx
from contracts.access import Role
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from chassis.errors import DomainError, Kind, unavailable
from chassis.settings import ServiceSettings

ALGORITHMS = ["RS256"]
CLOCK_SKEW_SECONDS = 30
KEYS_FRESH_SECONDS = 600
KEYS_RETRY_SECONDS = 10
"""An unknown key id makes us look again, but a stream of forged tokens must not become a stream of requests."""
FETCH_TIMEOUT_SECONDS = 5.0
PROVEN_AT_MOST = 4096
"""Tokens whose signature need not be checked again until the keys are read anew."""


@dataclass(frozen=True, slots=True)
class Principal:
    """A person or system as the directory knows it now. ``id`` is None for the public and for unknown accounts."""

    id: UUID | None = None
    roles: frozenset[Role] = frozenset()
    organisation_ids: frozenset[UUID] = frozenset()
    regions: frozenset[str] = frozenset()
    territories: frozenset[str] = frozenset()
    child_ids: frozenset[UUID] = frozenset()
    specialist_id: UUID | None = None
    subject_digest: str | None = field(default=None, repr=False)
    token_digest: str | None = field(default=None, repr=False)
    """SHA-256 of the status token the request carries, if any: possession of a record's unguessable token."""

    @property
    def signed_in(self) -> bool:
        """Whether a valid token of the identity provider came with the request."""
        return self.subject_digest is not None

    @property
    def key(self) -> str:
        """The value idempotency keys and rate limits are counted under: one per caller, without personal data."""
        return str(self.id or self.subject_digest or Role.PUBLIC)


ANONYMOUS = Principal(roles=frozenset({Role.PUBLIC}))
SYSTEM = Principal(roles=frozenset({Role.SYSTEM}))


def subject_digest(issuer: str, subject: str) -> str:
    """How a service recognises the owner of a token without keeping ``sub`` (contracts.intake.PrincipalChanged)."""
    return hashlib.sha256(f"{issuer}\n{subject}".encode()).hexdigest()


def token_digest(token: str) -> str:
    """The stored digest of a status token; a copy of the database opens no page."""
    return hashlib.sha256(token.encode()).hexdigest()


def unauthenticated(rule: str) -> DomainError:
    """401. ``rule`` says what was wrong with the token: missing, malformed, signature, expired, issuer, audience."""
    return DomainError(
        "unauthenticated",
        Kind.UNAUTHENTICATED,
        ru="Войдите в систему и повторите.",
        en="Sign in and try again.",
        rule=rule,
        headers={"WWW-Authenticate": "Bearer"},
    )


class TokenVerifier:
    """Validates access tokens of one issuer with its published keys, which are cached and follow rotation."""

    def __init__(self, settings: ServiceSettings, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._issuer, self._audience = settings.oidc_issuer, settings.oidc_audience
        self._jwks_url, self._claim = settings.oidc_jwks_url, settings.oidc_principal_claim
        self._transport = transport
        self._keys: KeySet | None = None
        self._fetched = self._tried = float("-inf")
        self._fetching = asyncio.Lock()
        self._proven: dict[str, dict[str, object]] = {}
        self._claims = jwt.JWTClaimsRegistry(
            leeway=CLOCK_SKEW_SECONDS,
            iss={"essential": True, "value": self._issuer},
            aud={"essential": True, "value": self._audience},
            exp={"essential": True},
        )

    async def subject(self, token: str) -> str:
        """The subject digest of a valid token; raises `DomainError` 401, or 503 when no key could be had."""
        claims = await self._decode(token)
        try:
            self._claims.validate(claims)
        except JoseError as error:
            raise unauthenticated(_RULES.get(str(getattr(error, "claim", "")), "claims")) from None
        subject = claims.get(self._claim)
        if not isinstance(subject, str) or not subject:
            raise unauthenticated("subject")
        return subject_digest(self._issuer, subject)

    async def _decode(self, token: str) -> dict[str, object]:
        keys, digest = await self._current_keys(), token_digest(token)
        if digest in self._proven:
            return self._proven[digest]
        try:
            return self._keep(digest, dict(jwt.decode(token, keys, algorithms=ALGORITHMS).claims))
        except (JoseError, ValueError):
            rotated = await self._keys_after_rotation(keys)
        if rotated is None:
            raise unauthenticated("signature")
        try:
            return dict(jwt.decode(token, rotated, algorithms=ALGORITHMS).claims)
        except (JoseError, ValueError):
            raise unauthenticated("signature") from None

    def _keep(self, digest: str, claims: dict[str, object]) -> dict[str, object]:
        """Remember what the present keys have proven: the same token comes with every request of a session."""
        if len(self._proven) >= PROVEN_AT_MOST:
            self._proven.clear()
        self._proven[digest] = claims
        return claims

    async def _current_keys(self) -> KeySet:
        if self._keys is None or time.monotonic() - self._fetched > KEYS_FRESH_SECONDS:
            await self._refresh(self._keys)
        if self._keys is None:
            raise unavailable()
        return self._keys

    async def _keys_after_rotation(self, known: KeySet) -> KeySet | None:
        await self._refresh(known)
        return self._keys if self._keys is not known else None

    async def _refresh(self, known: KeySet | None) -> None:
        async with self._fetching:
            if self._keys is not known or time.monotonic() - self._tried < KEYS_RETRY_SECONDS:
                return
            self._tried = time.monotonic()
            try:
                self._keys = KeySet.import_key_set(await self._fetch())  # type: ignore[arg-type]
            except (httpx.HTTPError, JoseError, ValueError, KeyError):
                # a silent issuer must not lock out people whose tokens the known keys still prove
                return
            self._fetched = self._tried
            self._proven.clear()

    async def _fetch(self) -> dict[str, object]:
        async with httpx.AsyncClient(transport=self._transport, timeout=FETCH_TIMEOUT_SECONDS) as client:
            if self._jwks_url is None:
                found = await client.get(f"{self._issuer.rstrip('/')}/.well-known/openid-configuration")
                self._jwks_url = str(found.raise_for_status().json()["jwks_uri"])
            keys: dict[str, object] = (await client.get(self._jwks_url)).raise_for_status().json()
            return keys


_RULES = {"iss": "issuer", "aud": "audience", "exp": "expired", "nbf": "not_yet_valid"}


def bearer(header: str | None) -> str | None:
    """The token of an Authorization header; None where there is no header; raises 401 for another scheme."""
    if header is None:
        return None
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise unauthenticated("malformed")
    return token.strip()
