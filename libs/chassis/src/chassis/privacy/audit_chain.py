"""The proof that the read audit is unaltered: a hash chain built by the worker, and signed anchors.

Rows enter ``read_audit`` unchained, in the transaction of the read. The worker gives them contiguous positions and
``hash = SHA-256(previous || canonical row)`` within seconds. The signed head makes a cut tail visible, hourly anchors
narrow a wholesale rewrite to one hour. The signing key is derived from the service's secret and never stands in the
database: who only holds the database cannot forge a head.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

import structlog
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncSession

GENESIS = bytes(32)
BATCH = 500
ANCHOR_EVERY = timedelta(hours=1)
CONTENT = (
    "at", "principal_id", "role", "organisation_id", "child_id", "resource", "subject_id", "field_groups", "purpose",
    "request_id", "result_count",
)  # fmt: skip
# One lock per database: it only has to differ from the relay's and the sweeper's.
_LOCK = 0x4D52_5441_5544_4954
log = structlog.get_logger(__name__)


class Fault(StrEnum):
    """The kind of fault at a position of the chain."""

    EDITED = "edited"
    MISSING = "missing"
    UNLINKED = "unlinked"
    INSERTED = "inserted"
    CUT = "cut"
    REWRITTEN = "rewritten"
    SIGNATURE = "signature"


@dataclass(frozen=True, slots=True)
class Break:
    """One place where the stored audit differs from what was chained and signed."""

    position: int
    fault: Fault


class BrokenChainError(RuntimeError):
    """The worker refuses to chain on: the head is missing or not signed by us. Run `verify` and investigate."""


@dataclass(frozen=True, slots=True)
class ChainKey:
    """Signs heads and anchors of one service's audit. The secret never enters the database."""

    service: str
    private: Ed25519PrivateKey

    @classmethod
    def derive(cls, secret: bytes, service: str) -> ChainKey:
        seed = HKDF(SHA256(), 32, salt=None, info=f"marshrut/read-audit/{service}".encode()).derive(secret)
        return cls(service, Ed25519PrivateKey.from_private_bytes(seed))

    @property
    def public(self) -> bytes:
        """The 32 bytes an outside verifier needs."""
        return self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def sign(self, kind: str, mark: Mark) -> bytes:
        return self.private.sign(mark.message(self.service, kind))

    def signed(self, kind: str, mark: Mark, signature: bytes) -> bool:
        try:
            self.private.public_key().verify(signature, mark.message(self.service, kind))
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class Mark:
    """A signed statement: at ``at`` the chain ended at ``position`` with ``hash``, and ``anchors`` were kept."""

    position: int
    hash: bytes
    at: datetime
    anchors: int

    def message(self, service: str, kind: str) -> bytes:
        body = {"kind": kind, "service": service, "position": self.position, "hash": self.hash.hex()}
        return canonical({**body, "at": self.at, "anchors": self.anchors})


def canonical(value: Mapping[str, Any]) -> bytes:
    """RFC 8785 for the types an audit row has: keys are ASCII, numbers are integers."""
    plain = {key: _plain(item) for key, item in value.items()}
    return json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, UUID):
        return str(value)
    return list(value) if isinstance(value, (list, tuple)) else value


def link(previous: bytes, position: int, row: Mapping[str, Any] | RowMapping) -> bytes:
    """The hash of one row at its position."""
    content = {name: row[name] for name in CONTENT}
    return hashlib.sha256(previous + canonical({**content, "position": position})).digest()


async def chain(session: AsyncSession, key: ChainKey, now: datetime) -> int:
    """Chain the next waiting rows (at most `BATCH`) in the caller's transaction; how many were chained.

    Nothing happens while another worker holds the lock. Continues from the *signed head*, never from the last row:
    a cut tail must stay a gap for ever. Raises `BrokenChainError` when the head is not ours.
    """
    if not (await session.execute(text("SELECT pg_try_advisory_xact_lock(:lock)"), {"lock": _LOCK})).scalar():
        return 0
    head = await _head(session, key, now)
    waiting = (await session.execute(_WAITING, {"batch": BATCH})).mappings().all()
    end = await _append(session, head, waiting, now)
    end = await _anchor(session, key, end, now)
    if end != head:
        await session.execute(_SET_HEAD, {**_columns(end), "signature": key.sign("head", end)})
    return len(waiting)


async def _head(session: AsyncSession, key: ChainKey, now: datetime) -> Mark:
    row = (await session.execute(_HEAD)).mappings().one_or_none()
    if row is None:
        if (await session.execute(_ANY_CHAINED)).scalar():
            raise BrokenChainError("the audit has chained rows but no head")
        return Mark(0, GENESIS, now, 0)
    mark = _mark(row)
    if not key.signed("head", mark, row["signature"]):
        raise BrokenChainError("the head of the audit is not signed by this service")
    return mark


async def _append(session: AsyncSession, head: Mark, waiting: Sequence[RowMapping], now: datetime) -> Mark:
    if not waiting:
        return head
    position, previous = head.position, head.hash
    links: list[tuple[int, int, bytes, bytes]] = []
    for row in waiting:
        position += 1
        digest = link(previous, position, row)
        links.append((row["id"], position, previous, digest))
        previous = digest
    ids, positions, befores, digests = (list(column) for column in zip(*links, strict=True))
    await session.execute(_LINK, {"ids": ids, "positions": positions, "befores": befores, "digests": digests})
    return Mark(position, previous, now, head.anchors)


async def _anchor(session: AsyncSession, key: ChainKey, end: Mark, now: datetime) -> Mark:
    """Keep the head as an anchor once an hour. It is logged too: the log store is another system (ASVS 16.4.3)."""
    last = (await session.execute(_LAST_ANCHOR)).mappings().one_or_none()
    if end.position == (last["position"] if last else 0) or (last and now - last["at"] < ANCHOR_EVERY):
        return end
    anchor = Mark(end.position, end.hash, now, end.anchors + 1)
    signature = key.sign("anchor", anchor)
    await session.execute(_ADD_ANCHOR, {**_columns(anchor), "signature": signature})
    log.info("audit_anchored", position=anchor.position, hash=anchor.hash.hex(), signature=signature.hex())
    return anchor


async def verify(session: AsyncSession, key: ChainKey) -> list[Break]:
    """Every break of the chain, in order of position; empty when the audit is as it was written.

    A row edited, deleted, inserted or moved is named by its position. A rewrite of everything after a place (hashes
    recomputed) is named by the first anchor or the head it contradicts. Run it as the worker role.
    """
    walk = _Walk()
    async for row in _chained(session):
        walk.step(row)
    head = (await session.execute(_HEAD)).mappings().one_or_none()
    anchors = (await session.execute(_ANCHORS)).mappings().all()
    kept = _anchor_breaks(key, anchors, int(head["anchors"]) if head else 0)
    witnesses = {int(a["position"]): bytes(a["hash"]) for a in anchors}
    breaks = [*walk.breaks, *kept, *_head_breaks(key, head, walk), *await _contradictions(session, witnesses)]
    return sorted(set(breaks), key=lambda found: (found.position, found.fault))


class _Walk:
    """Follows the chain row by row and notes where it does not hold."""

    def __init__(self) -> None:
        self.position, self.hash = 0, GENESIS
        self.breaks: list[Break] = []

    def step(self, row: RowMapping) -> None:
        position, previous, digest = int(row["position"]), bytes(row["previous"] or b""), bytes(row["hash"] or b"")
        if position <= self.position:
            self.breaks.append(Break(position, Fault.INSERTED))
        self.breaks += [Break(gone, Fault.MISSING) for gone in range(self.position + 1, position)]
        if position == self.position + 1 and previous != self.hash:
            self.breaks.append(Break(position, Fault.UNLINKED))
        if link(previous, position, row) != digest:
            self.breaks.append(Break(position, Fault.EDITED))
        self.position, self.hash = position, digest


def _head_breaks(key: ChainKey, row: RowMapping | None, walk: _Walk) -> list[Break]:
    if row is None:
        return [Break(walk.position, Fault.SIGNATURE)] if walk.position else []
    head = _mark(row)
    breaks = [] if key.signed("head", head, row["signature"]) else [Break(head.position, Fault.SIGNATURE)]
    breaks += [Break(gone, Fault.CUT) for gone in range(walk.position + 1, head.position + 1)]
    breaks += [Break(extra, Fault.INSERTED) for extra in range(head.position + 1, walk.position + 1)]
    if head.position == walk.position and head.hash != walk.hash:
        breaks.append(Break(head.position, Fault.REWRITTEN))
    return breaks


def _anchor_breaks(key: ChainKey, anchors: Sequence[RowMapping], expected: int) -> list[Break]:
    unsigned = [a for a in anchors if not key.signed("anchor", _mark(a), a["signature"])]
    breaks = [Break(int(a["position"]), Fault.SIGNATURE) for a in unsigned]
    if [int(a["anchors"]) for a in anchors] != list(range(1, expected + 1)):
        breaks.append(Break(int(anchors[-1]["position"]) if anchors else 0, Fault.CUT))
    return breaks


async def _contradictions(session: AsyncSession, witnesses: Mapping[int, bytes]) -> list[Break]:
    """Anchors that remember another hash than the row now at their position."""
    found = await session.execute(_HASHES_AT, {"positions": list(witnesses)})
    return [Break(at, Fault.REWRITTEN) for at, digest in found if bytes(digest or b"") != witnesses[at]]


async def _chained(session: AsyncSession) -> AsyncIterator[RowMapping]:
    rows = await session.stream(_CHAINED)
    async for row in rows.mappings():
        yield row


def _mark(row: RowMapping) -> Mark:
    return Mark(int(row["position"]), bytes(row["hash"]), row["at"], int(row["anchors"]))


def _columns(mark: Mark) -> dict[str, Any]:
    return {"position": mark.position, "hash": mark.hash, "at": mark.at, "anchors": mark.anchors}


_COLUMNS = ", ".join(CONTENT)
_WAITING = text(f"SELECT id, {_COLUMNS} FROM read_audit WHERE position IS NULL ORDER BY id LIMIT :batch")  # noqa: S608
_CHAINED = text(
    f"SELECT {_COLUMNS}, position, previous, hash FROM read_audit WHERE position IS NOT NULL ORDER BY position, id"  # noqa: S608
)
_ANY_CHAINED = text("SELECT EXISTS (SELECT 1 FROM read_audit WHERE position IS NOT NULL)")
_LINK = text(
    "UPDATE read_audit AS r SET position = n.position, previous = n.previous, hash = n.hash FROM unnest("
    "CAST(:ids AS bigint[]), CAST(:positions AS bigint[]), CAST(:befores AS bytea[]), CAST(:digests AS bytea[])"
    ") AS n(id, position, previous, hash) WHERE r.id = n.id"
)
_HEAD = text("SELECT position, hash, at, anchors, signature FROM audit_head")
_SET_HEAD = text(
    "INSERT INTO audit_head (position, hash, at, anchors, signature) VALUES (:position, :hash, :at, :anchors, "
    ":signature) ON CONFLICT (single) DO UPDATE SET position = excluded.position, hash = excluded.hash, "
    "at = excluded.at, anchors = excluded.anchors, signature = excluded.signature"
)
_ANCHORS = text("SELECT anchors, position, hash, at, signature FROM audit_anchors ORDER BY anchors")
_LAST_ANCHOR = text("SELECT position, at FROM audit_anchors ORDER BY anchors DESC LIMIT 1")
_ADD_ANCHOR = text(
    "INSERT INTO audit_anchors (anchors, position, hash, at, signature) VALUES (:anchors, :position, :hash, :at, "
    ":signature)"
)
_HASHES_AT = text("SELECT position, hash FROM read_audit WHERE position = ANY(CAST(:positions AS bigint[]))")
