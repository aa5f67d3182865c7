"""Whoever weakens the protection is caught: each fault is planted in a process of its own, under the real matrix."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
ROOT = Path(__file__).parents[2]
FAULTS = {
    "line_without_relation": ("scheduling", "GET /visits as family, stranger: empty"),
    "line_for_another_role": ("notifications", "GET /messages as head, "),
    "line_with_one_action_more": ("notifications", "POST /messages/{message_id}/confirm as specialist"),
    "row_policy_open": ("notifications", "GET /messages as family, stranger: empty"),
    "row_policy_dropped": ("notifications", "GET /messages as family, child: allowed"),
    "mapping_without_a_relation": ("reporting", "the policy of report needs a column for organisation"),
    "mapping_to_a_wrong_column": ("reporting", "as manager, territory: allowed"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_matrix_notices(fault: str) -> None:
    service, trace = FAULTS[fault]
    outcome = matrix_of(service, fault)
    assert outcome.returncode == 1, outcome.stdout[-2000:]
    assert trace in outcome.stdout, outcome.stdout[-2000:]


def matrix_of(service: str, fault: str) -> subprocess.CompletedProcess[str]:
    """Every cell of a service's matrix with a planted fault."""
    tests = ROOT / "services" / service / "tests" / "integration" / "test_matrix.py"
    options = ["-p", "planted", "-q", "--show-capture=no", "--tb=short", "-m", "slow", "-vv", str(tests)]
    environment = {**os.environ, "PLANTED": fault, "PYTHONPATH": str(Path(__file__).parent)}
    command = [sys.executable, "-m", "pytest", *options]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=280, check=False)
