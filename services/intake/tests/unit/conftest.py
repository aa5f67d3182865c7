"""Applications without a database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

import pytest
import workdays
from contracts.personal import Contact
from contracts.sealed import Sealed
from intake.applications.model.application import Application
from intake.applications.model.papers import Filing, Papers
from intake.terms import computed
from intake.testing import MOSCOW, filing_of, intake_pack, region

NOW = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
"""A Monday, 10:00 in Moscow."""


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def due() -> Callable[[str, datetime], workdays.Deadline]:
    """A deadline of the Moscow pack by the name of its term."""
    return lambda term, start: computed(getattr(intake_pack().terms, term), start, region(), MOSCOW)


@pytest.fixture
def filing() -> Filing:
    return filing_of(NOW)


@pytest.fixture
def papers() -> Papers:
    return Papers(representative={}, child={}, home=None, words=None, health=None)


@pytest.fixture
def sealed() -> Sealed[Contact]:
    return Sealed[Contact](key_id=UUID(int=0), key_version=1, nonce="", ciphertext="")


@pytest.fixture
def application(
    filing: Filing, papers: Papers, sealed: Sealed[Contact], due: Callable[[str, datetime], workdays.Deadline]
) -> Application:
    return Application.submit(filing, papers, due("call_back", NOW), sealed)
