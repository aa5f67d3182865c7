"""Every pack has words for every kind, and a broken template stops the service at its start."""

import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from chassis.regions import BrokenPackError
from chassis.testing.running import REGIONS
from notifications.channels.sms import LONGEST
from notifications.kinds import MessageKind
from notifications.main import service
from notifications.messages.letter_data import FACTS
from notifications.messages.wording import Words, addressed, phone
from notifications.pack import NotificationsPack, RegionPack, pack_of


def packs(folder: Path) -> dict[str, RegionPack]:
    """The packs of a folder, checked as at a start."""
    found = service.packs(folder)
    return {region: pack_of(found, region) for region in found.all(NotificationsPack)}


PACKS = packs(REGIONS)
NOW = datetime(2026, 3, 9, 9, 0, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the packs to break."""
    return shutil.copytree(REGIONS, tmp_path / "regions")


def words(region: str, name: str = "Пробная Анна Петровна") -> Words:
    pack = PACKS[region]
    return Words(pack, pack.region.zone, {}, name, NOW)


@pytest.mark.parametrize("region", sorted(PACKS))
@pytest.mark.parametrize("kind", MessageKind)
def test_every_kind_has_a_letter_in_every_pack(region: str, kind: MessageKind) -> None:
    for sample in FACTS[kind].samples(PACKS[region]):
        letter = PACKS[region].library.write(kind, words(region).variables(sample))
        assert letter.subject
        assert "Анна Петровна" in letter.text
        assert "Анна Петровна" in letter.html
        assert PACKS[region].rules.sender.split()[0] in letter.text
        assert "None" not in letter.subject + letter.text + letter.html
        assert "\n\n\n" not in letter.text


@pytest.mark.parametrize("region", sorted(PACKS))
@pytest.mark.parametrize("kind", MessageKind)
def test_every_kind_fits_into_a_text_message(region: str, kind: MessageKind) -> None:
    for sample in FACTS[kind].samples(PACKS[region]):
        text = PACKS[region].library.write_short(kind, words(region).variables(sample)).text
        assert 0 < len(text) <= LONGEST
        assert "None" not in text
        assert "\n" not in text
        assert "  " not in text


def test_every_region_with_a_term_of_the_first_days_writes_letters_and_warns() -> None:
    rooms = ("intake", "enquiries", "referrals", "outreach", "portal")
    assert set(PACKS) >= {path.parent.name for room in rooms for path in REGIONS.glob(f"*/{room}.yaml")}


def test_D2_20_the_first_appointment_letter_says_what_to_bring() -> None:
    kind = FACTS[MessageKind.APPOINTMENT_BOOKED]
    first, again = kind.samples(PACKS["moscow-early-help"])[:2]
    write = PACKS["moscow-early-help"].library.write
    letter = write(kind.kind, words("moscow-early-help").variables(first))
    assert "паспорт" in letter.text
    assert "свидетельство о рождении" in letter.text
    assert "паспорт" not in write(kind.kind, words("moscow-early-help").variables(again)).text


def test_a_missing_template_is_refused(folder: Path) -> None:
    (folder / "platform/templates/trip_reminder.html").unlink()
    with pytest.raises(BrokenPackError, match=r"trip_reminder\.html: missing"):
        packs(folder)


def test_an_unknown_variable_is_refused(folder: Path) -> None:
    with (folder / "platform/templates/visit_reminder.txt").open("a") as file:
        file.write("{{ diagnosis }}")
    with pytest.raises(BrokenPackError, match=r"not given to this template: diagnosis"):
        packs(folder)


@pytest.mark.parametrize("mistake", ["{% if %}", "{{ service.title.nothing.at_all }}", "{{ name.__class__.__mro__ }}"])
def test_a_mistake_in_a_template_is_refused(folder: Path, mistake: str) -> None:
    with (folder / "platform/templates/service_accepted.txt").open("a") as file:
        file.write(mistake)
    with pytest.raises(BrokenPackError, match="service_accepted"):
        packs(folder)


def test_a_misspelt_template_is_refused(folder: Path) -> None:
    own = folder / "smolensk/templates"
    own.mkdir(exist_ok=True)
    (own / "visits_publised.txt").write_text("Тема: опечатка")
    with pytest.raises(BrokenPackError, match="no message of that kind"):
        packs(folder)


def test_a_letter_without_a_subject_line_is_refused(folder: Path) -> None:
    (folder / "platform/templates/trip_reminder.txt").write_text("Здравствуйте, {{ name }}!")
    with pytest.raises(BrokenPackError, match="first line"):
        packs(folder)


def test_a_pack_s_own_wording_goes_before_the_shared_one(folder: Path) -> None:
    own = folder / "smolensk/templates"
    own.mkdir(exist_ok=True)
    (own / "service_accepted.txt").write_text("Тема: Своими словами\n\nЗдравствуйте, {{ name }}!\n")
    found = packs(folder)
    sample = FACTS[MessageKind.SERVICE_ACCEPTED].samples(found["smolensk"])[0]
    letter = found["smolensk"].library.write(MessageKind.SERVICE_ACCEPTED, words("smolensk").variables(sample))
    assert letter.subject == "Своими словами"
    assert found["smolensk"].library.version != PACKS["smolensk"].library.version


def test_the_service_does_not_start_on_a_broken_pack_and_shows_no_secret(folder: Path) -> None:
    (folder / "platform/templates/trip_reminder.html").unlink()
    given = {"oidc_issuer": "https://i.test", "oidc_audience": "a", "keyring_secret": "A" * 43 + "="}
    addresses = {"regions_dir": str(folder), "database_api_url": "postgresql://u:secret@h/d"}
    variables = {f"MARSHRUT_{name.upper()}": value for name, value in (given | addresses).items()}
    started = subprocess.run(
        [sys.executable, "-m", "notifications.main", "all"],
        env=os.environ | variables,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert started.returncode == 1
    assert "trip_reminder.html: missing" in started.stdout + started.stderr
    assert "secret" not in started.stdout + started.stderr


def test_a_name_cannot_bring_markup_into_a_letter() -> None:
    pack = PACKS["smolensk"]
    sample = FACTS[MessageKind.APPLICATION_RECEIVED].samples(pack)[0]
    variables = words("smolensk", "<script>alert(1)</script>").variables(sample)
    letter = pack.library.write(MessageKind.APPLICATION_RECEIVED, variables)
    assert "<script>" not in letter.html
    assert "&lt;script&gt;" in letter.html


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Пробная Анна Петровна", "Анна Петровна"),
        ("Пробный Пётр Ильич", "Пётр Ильич"),
        ("Анна", "Анна"),
        ("Мария Лусия Гарсиа", "Мария Лусия Гарсиа"),
    ],
)
def test_people_are_addressed_by_name_and_patronymic_where_they_have_one(name: str, expected: str) -> None:
    assert addressed(name) == expected


def test_phones_are_readable() -> None:
    assert phone("+74810000101") == "+7 481 000-01-01"
    assert phone(None) is None


def test_a_reminder_held_up_overnight_does_not_say_tomorrow() -> None:
    starts = datetime(2026, 3, 10, 7, 30, tzinfo=UTC)
    assert words("smolensk").soon(starts) == "завтра"
    pack = PACKS["smolensk"]
    assert Words(pack, pack.region.zone, {}, "А", starts).soon(starts) == "сегодня"
