"""Every service process, NATS and PostgreSQL are killed and paused in turn while families apply."""

import os
from pathlib import Path

import pytest
from local_deploy.system import System

from tests.faults.harness.run import ordeal
from tests.faults.harness.torment import every_victim_twice, victims, without_end

SEED = 20261122
LEAST_ACCEPTED = 20
APPLICATIONS = int(os.environ.get("MARSHRUT_FAULTS_APPLICATIONS", "5000"))


@pytest.mark.timeout(300)
async def test_killed_and_paused_in_turn_each_accepted_application_is_exactly_one_case(
    system: System, tmp_path: Path
) -> None:
    faults = every_victim_twice(list(victims(system)), SEED, pause=0.8, rest=0.5)
    verdict = await ordeal(system, faults, applications=400, least=LEAST_ACCEPTED)
    verdict.history.write(tmp_path / "history.jsonl")
    print(verdict)
    assert verdict.violations == [], str(verdict)
    assert {happened.fault.victim for happened in verdict.happened} == set(victims(system))


@pytest.mark.slow
@pytest.mark.timeout(2400)
async def test_five_thousand_applications_under_faults_without_end(system: System, tmp_path: Path) -> None:
    faults = without_end(list(victims(system)), SEED)
    verdict = await ordeal(system, faults, applications=APPLICATIONS, until_all=True)
    verdict.history.write(tmp_path / "history.jsonl")
    print(f"\n{verdict}\nhistory: {tmp_path / 'history.jsonl'}")
    assert verdict.violations == []
