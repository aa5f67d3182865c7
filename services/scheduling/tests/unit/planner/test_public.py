"""The benchmark oracles confirm the published solutions, when the public files are beside the repository."""

import importlib
from pathlib import Path
from types import ModuleType

import pytest

ROOT = next(parent for parent in Path(__file__).parents if (parent / "bench").is_dir())
PUBLIC = ROOT.parent / "shared" / "benchmarks"
needs_files = pytest.mark.skipif(not PUBLIC.is_dir(), reason="ABSENT: no public benchmark files beside the repository")


@pytest.fixture
def bench() -> dict[str, ModuleType]:
    return {name: importlib.import_module(f"bench.planner.{name}") for name in ("hhcrsp", "solomon")}


@needs_files
def test_every_published_home_care_solution_is_valid_at_its_published_cost(bench: dict[str, ModuleType]) -> None:
    oracle, seen = bench["hhcrsp"], 0
    for path in sorted((PUBLIC / "hhcrsp").glob("Instanz*.json")):
        routes = oracle.published(path.parent / "solutions" / path.name)
        assert oracle.cost(oracle.read(path), routes) == pytest.approx(oracle.best_known(path), abs=0.011)
        seen += 1
    assert seen > 20


@needs_files
def test_every_published_solomon_solution_is_valid_at_its_published_cost(bench: dict[str, ModuleType]) -> None:
    oracle, seen = bench["solomon"], 0
    for path in sorted((PUBLIC / "solomon").glob("*.txt")):
        routes = oracle.published(path.with_suffix(".sol"))
        assert oracle.cost(oracle.read(path), routes) == pytest.approx(oracle.best_known(path), abs=1e-6)
        seen += 1
    assert seen > 20


@needs_files
def test_the_home_care_oracle_objects_to_a_late_mate_and_a_missing_service(bench: dict[str, ModuleType]) -> None:
    oracle = bench["hhcrsp"]
    path = PUBLIC / "hhcrsp" / "InstanzCPLEX_HCSRP_25_1.json"
    care, routes = oracle.read(path), oracle.published(path.parent / "solutions" / path.name)
    paired = {one["id"] for one in care.data["patients"] if len(one["required_caregivers"]) == 2}
    carer, at = next((c, i) for c, stops in routes.items() for i, stop in enumerate(stops) if stop[0] in paired)
    name, service, start = routes[carer][at]
    late = {**routes, carer: [*routes[carer][:at], (name, service, start + 500), *routes[carer][at + 1 :]]}
    with pytest.raises(ValueError, match=r"pair|too early"):
        oracle.cost(care, late)
    short = {**routes, carer: [*routes[carer][:at], *routes[carer][at + 1 :]]}
    with pytest.raises(ValueError, match="missing"):
        oracle.cost(care, short)
