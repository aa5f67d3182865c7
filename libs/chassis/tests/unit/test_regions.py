"""Region packs are read strictly; a mistake is named by file, path and rule."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from chassis.errors import DomainError
from chassis.regions import BrokenPackError, PackModel, Packs, PackTerm, load_packs, load_regions, territory_title
from workdays import Term, TermKind

GOOD = """
code: east
title: Восток
time_zone: Europe/Moscow
office_hours: {opens: "09:00", closes: 18:00}
calendar_extra: {2026-04-20: Радоница}
territories:
  - {code: town, title: Город, latitude: 55.1, longitude: 37.2}
  - {code: far, title: Даль, time_zone: Asia/Omsk}
"""


@pytest.fixture
def packs(tmp_path: Path) -> Path:
    (tmp_path / "east").mkdir()
    (tmp_path / "platform").mkdir()
    return tmp_path


def write(packs: Path, text: str, file: str = "region") -> None:
    (packs / "east" / f"{file}.yaml").write_text(text, encoding="utf-8")


def test_a_region_has_its_calendar_and_zones(packs: Path) -> None:
    write(packs, GOOD)
    region = load_regions(packs)["east"]
    assert not region.calendar.is_working(date(2026, 4, 20))
    assert region.zone_of("town").key == region.zone_of(None).key == "Europe/Moscow"
    assert region.zone_of("far").key == "Asia/Omsk"
    assert region.office_hours.closes.hour == 18


@pytest.mark.parametrize(
    ("code", "title"), [("east/far", "Даль"), ("east", "Восток"), ("east/gone", None), ("west/far", None), (None, None)]
)
def test_a_territory_is_read_by_its_title(packs: Path, code: str | None, title: str | None) -> None:
    write(packs, GOOD)
    assert territory_title(code, load_regions(packs)) == title


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        (GOOD.replace("title: Восток", ""), "title: Field required"),
        (GOOD + "colour: red\n", "colour: Extra inputs"),
        (GOOD + "title: Запад\n", "stands twice"),
        (GOOD.replace("Europe/Moscow", "Europe/Nowhere"), "time_zone: Value error, unknown time zone"),
        (GOOD.replace("code: far", "code: town"), "territories named twice: town"),
        (GOOD.replace("latitude: 55.1", "latitude: 155"), "territories.0.latitude"),
        (GOOD.replace('opens: "09:00"', 'opens: "19:00"'), "office_hours"),
        (GOOD.replace("code: east", "code: west"), "must be the pack's name 'east'"),
        ("code: [", "line 1"),
        ("", "(whole file)"),
        ("!!python/object/apply:os.system ['true']", "could not determine a constructor"),
    ],
)
def test_a_mistake_is_named_by_file_path_and_rule(packs: Path, broken: str, told: str) -> None:
    write(packs, broken)
    with pytest.raises(BrokenPackError) as caught:
        load_regions(packs)
    assert told in str(caught.value)
    assert "east/region.yaml" in str(caught.value)


def test_a_room_reads_its_own_file_of_every_pack(packs: Path) -> None:
    class Terms(PackModel):
        call_back: PackTerm

    write(packs, "call_back: same_working_day", "intake")
    assert load_packs(packs, "intake", Terms)["east"].call_back == Term(TermKind.SAME_WORKING_DAY)


def test_a_missing_folder_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(BrokenPackError, match="no such folder"):
        load_packs(tmp_path / "nowhere", "region", PackModel)


def test_the_packs_of_this_repository_load() -> None:
    regions = load_regions(Path(__file__).parents[4] / "regions")
    assert {"moscow-early-help", "smolensk"} <= set(regions)


class Terms(PackModel):
    FILE = "terms"
    MISSING = ("Сроков нет.", "No terms.")

    days: int


def test_a_pack_file_is_had_by_its_model_and_region(packs: Path) -> None:
    write(packs, "days: 3", "terms")
    found = Packs(packs, [Terms])
    assert found.of(Terms, "east").days == 3
    assert found.find(Terms, "west") is None
    assert list(found.all(Terms)) == ["east"]
    with pytest.raises(DomainError) as refusal:
        found.of(Terms, "west")
    assert (refusal.value.slug, refusal.value.ru) == ("unknown_region", "Сроков нет.")
    assert refusal.value.errors[0].field == "region"


def test_a_pack_file_no_room_declares_is_a_programming_error(packs: Path) -> None:
    with pytest.raises(LookupError):
        Packs(packs).of(Terms, "east")


def test_a_rule_between_pack_files_stops_the_start(packs: Path) -> None:
    def nobody_may(packs: Packs) -> None:
        raise BrokenPackError(f"{len(packs.all(Terms))} files of terms")

    with pytest.raises(BrokenPackError, match="0 files of terms"):
        Packs(packs, [Terms], [nobody_may])
