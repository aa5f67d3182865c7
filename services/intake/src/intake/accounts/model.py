"""What binds a portal account to a child: a one-time code, and nothing else."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from intake.tables import Base

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Without what people mix up: 0 and O, 1, I and L."""
SELECTOR_LENGTH = 4
SECRET_LENGTH = 8
VALID_FOR = timedelta(days=7)
MAX_ATTEMPTS = 5

Way = Literal["code_by_contact", "code_in_person"]


class BindingCode(Base):
    """An issued code. The selector finds it, so that wrong secrets count against it; only a digest is kept."""

    __tablename__ = "binding_codes"

    selector: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[str]
    application_id: Mapped[UUID] = mapped_column(index=True)
    child_id: Mapped[UUID]
    representative_id: Mapped[UUID]
    way: Mapped[str]
    issued_by: Mapped[UUID]
    issued_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class Binding(Base):
    """An account bound to a representative of a child."""

    __tablename__ = "bindings"

    principal_id: Mapped[UUID] = mapped_column(ForeignKey("principals.id"), primary_key=True)
    child_id: Mapped[UUID] = mapped_column(primary_key=True)
    representative_id: Mapped[UUID]
    application_id: Mapped[UUID]
    way: Mapped[str]
    bound_at: Mapped[datetime]


def new_code() -> str:
    """A code such as ``K7QM-X4PD-9RTH``: 40 bits of secret behind a selector, 5 attempts, 7 days."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(SELECTOR_LENGTH + SECRET_LENGTH))
    return "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))


def parts(written: str) -> tuple[str, str] | None:
    """Selector and secret of a code as somebody typed it; None where it cannot be one."""
    letters = "".join(letter for letter in written.upper() if letter.isalnum())
    if len(letters) != SELECTOR_LENGTH + SECRET_LENGTH or set(letters) - set(ALPHABET):
        return None
    return letters[:SELECTOR_LENGTH], letters[SELECTOR_LENGTH:]


def digest(selector: str, secret: str) -> str:
    """A slow digest: forty bits would not last against a fast one if the table were stolen."""
    return hashlib.scrypt(secret.encode(), salt=selector.encode(), n=2**14, r=8, p=1).hex()


class Preference(Base):
    """The preferences of one account; without a row nothing is preferred."""

    __tablename__ = "preferences"

    principal_id: Mapped[UUID] = mapped_column(ForeignKey("principals.id"), primary_key=True)
    low_vision: Mapped[bool]
    changed_at: Mapped[datetime]
