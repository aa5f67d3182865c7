"""The packs of the repository agree with each other and say what is wrong with a broken one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from chassis.regions import BrokenPackError, Packs, load_file
from pydantic import ValidationError
from scheduling.pack import SchedulingPack
from scheduling.roster import roster, rosters

REGIONS = Path(__file__).parents[4] / "regions"
PACKS = Packs(REGIONS, (SchedulingPack,))


def raw(region: str, file: str) -> Any:
    return yaml.safe_load((REGIONS / region / f"{file}.yaml").read_text("utf-8"))


@pytest.mark.parametrize("region", ["smolensk", "moscow-early-help"])
def test_every_specialist_is_in_the_directory_of_the_same_organisation(region: str) -> None:
    staff = {one["login"]: one["organisation"] for one in raw(region, "directory")["staff"] if one.get("specialist")}
    named = {one.login: one.organisation for one in roster(PACKS, region).pack.specialists}
    assert named == staff


def test_D4_21_services_at_a_point_are_the_urgent_services_of_the_catalogue() -> None:
    catalogue = {one["code"]: one for one in raw("smolensk", "cases")["services"]}
    for code, one in roster(PACKS, "smolensk").point_services.items():
        known = catalogue[code]
        assert (one.group, one.skill, one.minutes) == (known["group"], known["skill"], known["minutes"])
    assert set(roster(PACKS, "smolensk").point_services) == set(raw("smolensk", "cases")["urgent_services"])


def test_points_and_hosts_exist_in_the_region() -> None:
    for team in rosters(PACKS):
        organisations = {one["code"] for one in raw(team.region, "directory")["organisations"]}
        territories = {one["code"] for one in raw(team.region, "region")["territories"]}
        assert {one.host_organisation for one in team.pack.points} <= organisations
        assert {one.territory for one in team.pack.points} <= territories


def test_a_broken_pack_names_file_path_and_rule(tmp_path: Path) -> None:
    pack = raw("smolensk", "scheduling")
    pack["brigades"][0]["specialists"] = ["nobody"]
    path = tmp_path / "scheduling.yaml"
    path.write_text(yaml.safe_dump(pack, allow_unicode=True), "utf-8")
    with pytest.raises(BrokenPackError, match=r"scheduling\.yaml.*brigades\.specialists: unknown nobody"):
        load_file(path, SchedulingPack)
    with pytest.raises(ValidationError):
        SchedulingPack.model_validate(raw("smolensk", "scheduling") | {"rooms": [{"code": "x"}]})
