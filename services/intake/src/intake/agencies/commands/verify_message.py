"""The agency's door: a token says who calls, a signature that the message is whole and new (Standard Webhooks)."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from base64 import b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from chassis.errors import DomainError, Kind
from chassis.work import Unit
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from fastapi import Request
from sqlalchemy import select
from standardwebhooks import Webhook

from intake.agencies.model import AgencyEndpoint, AgencyMessage

TOLERANCE = timedelta(minutes=5)
GRACE = timedelta(days=1)
SECRET_BYTES = 32
LONGEST_ID = 200
_NONCE = 12


@dataclass(frozen=True, slots=True)
class SignedMessage:
    """A message whose signature holds. ``subject_id``: what the same message made when it came first."""

    endpoint: AgencyEndpoint
    message_id: str
    digest: str
    subject_id: UUID | None


def new_secret() -> str:
    """A signing secret as the agency keeps it; shown once."""
    return "whsec_" + b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def locked(secret: str, endpoint_id: UUID, key_encryption_key: bytes) -> bytes:
    """The secret as it is stored."""
    nonce = os.urandom(_NONCE)
    return nonce + _vault(key_encryption_key).encrypt(nonce, secret.encode(), endpoint_id.bytes)


def unlocked(stored: bytes, endpoint_id: UUID, key_encryption_key: bytes) -> str:
    """The reverse."""
    return _vault(key_encryption_key).decrypt(stored[:_NONCE], stored[_NONCE:], endpoint_id.bytes).decode()


def sign(secret: str, message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """The headers of a signed message."""
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(message_id, at.astimezone(UTC), body.decode()),
    }


async def signed(request: Request, unit: Unit) -> SignedMessage:
    """The message of a request whose signature holds.

    Raises `DomainError`: ``signature_invalid`` (401) without saying what is wrong with it, ``message_id_reused`` (409)
    where another body came under the same id.
    """
    endpoint = await _endpoint(unit)
    body = await request.body()
    message_id = request.headers.get("webhook-id", "")
    if endpoint is None or not _holds(request, endpoint, message_id, body, unit):
        raise signature_invalid()
    digest = hashlib.sha256(request.url.path.encode() + b"\0" + body).hexdigest()
    known = await unit.session.get(AgencyMessage, (endpoint.id, message_id))
    if known is not None and known.digest != digest:
        raise message_id_reused()
    return SignedMessage(endpoint, message_id, digest, known.subject_id if known else None)


def remember(message: SignedMessage, subject_id: UUID, unit: Unit) -> None:
    """Note what a message made, in the same transaction: coming again it makes nothing."""
    unit.session.add(
        AgencyMessage(
            endpoint_id=message.endpoint.id,
            message_id=message.message_id,
            digest=message.digest,
            subject_id=subject_id,
            received_at=unit.now,
        )
    )


async def _endpoint(unit: Unit) -> AgencyEndpoint | None:
    mine = select(AgencyEndpoint).where(
        AgencyEndpoint.organisation_id.in_(unit.actor.organisation_ids), AgencyEndpoint.active
    )
    found: AgencyEndpoint | None = await unit.session.scalar(mine)
    return found


def _holds(request: Request, endpoint: AgencyEndpoint, message_id: str, body: bytes, unit: Unit) -> bool:
    at = _moment(request.headers.get("webhook-timestamp", ""))
    if not 0 < len(message_id) <= LONGEST_ID or at is None or abs(unit.now - at) > TOLERANCE:
        return False
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return False
    given = request.headers.get("webhook-signature", "").split(" ")
    expected = [Webhook(secret).sign(message_id, at, text) for secret in _secrets(endpoint, unit)]
    return any(hmac.compare_digest(one.encode(), other.encode()) for one in expected for other in given)


def _secrets(endpoint: AgencyEndpoint, unit: Unit) -> list[str]:
    kek = unit.settings.key_encryption_key
    kept = [endpoint.secret]
    if endpoint.earlier_secret and endpoint.earlier_until and unit.now < endpoint.earlier_until:
        kept.append(endpoint.earlier_secret)
    return [unlocked(stored, endpoint.id, kek) for stored in kept]


def _moment(written: str) -> datetime | None:
    # Twelve digits last beyond the year 30000; more would only break the conversion.
    return (
        datetime.fromtimestamp(int(written), UTC)
        if written.isascii() and written.isdecimal() and len(written) < 12
        else None
    )


def _vault(key_encryption_key: bytes) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, salt=None, info=b"marshrut agency secrets").derive(key_encryption_key))


def signature_invalid() -> DomainError:
    return DomainError(
        "signature_invalid",
        Kind.UNAUTHENTICATED,
        ru="Подпись сообщения не подошла: проверьте секрет, время и тело.",
        en="The signature does not hold: check secret, time and body.",
        rule="signature",
    )


def message_id_reused() -> DomainError:
    return DomainError(
        "message_id_reused",
        Kind.CONFLICT,
        ru="Под этим номером сообщения уже приходило другое.",
        en="Another message came under this id before.",
        field="webhook-id",
    )
