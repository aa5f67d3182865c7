"""The rules of the published language, over every event there is."""

import re
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from contracts.catalogue import CATALOGUE, PRODUCERS, UnknownEventError, decode, newest
from contracts.event import Envelope, Event
from contracts.intake import ApplicationSubmitted, ApplicationSubmittedV1
from contracts.personal import Contact
from contracts.schema import event_schema, free_text
from contracts.sealed import BrokenSealError, place, seal, unseal
from contracts.testing import every_example, example_key, examples

NAMES = sorted(CATALOGUE)


@pytest.mark.parametrize("name", NAMES)
def test_every_event_has_a_producer_a_meaning_and_an_example(name: str) -> None:
    event = CATALOGUE[name]
    assert event.producer in PRODUCERS
    assert event.__doc__
    assert examples(name)


@pytest.mark.parametrize("name", NAMES)
def test_no_event_can_carry_free_text_or_a_named_personal_field(name: str) -> None:
    assert free_text(event_schema(CATALOGUE[name])) == []


def test_the_guard_against_personal_data_sees_a_planted_field() -> None:
    schema = {
        "properties": {
            "note": {"type": "string"},
            "birth_date": {"type": "string", "format": "date"},
            "people": {"type": "array", "items": {"properties": {"name": {"type": "string"}}}},
        }
    }
    assert sorted(free_text(schema)) == [".birth_date", ".note", ".people[].name"]


@pytest.mark.parametrize(("name", "case", "event"), every_example())
def test_every_example_survives_the_round_trip(name: str, case: str, event: Event) -> None:
    assert decode(name, event.model_dump_json()) == event, case


def test_the_envelope_survives_its_headers() -> None:
    envelope = Envelope(
        uuid4(), "intake.application.submitted.v2", datetime.now(UTC), uuid4(), 3, uuid4(), uuid4(), "00-a-b-01"
    )
    assert Envelope.parse(envelope.headers()) == envelope
    assert envelope.headers()["Nats-Msg-Id"] == str(envelope.id)


def test_a_reader_passes_over_fields_of_a_newer_producer() -> None:
    text = examples("intake.application.taken.v1")["typical"].model_dump_json()
    newer = text[:-1] + ', "unheard_of": 1}'
    assert decode("intake.application.taken.v1", newer) == decode("intake.application.taken.v1", text)


@pytest.mark.parametrize(("name", "case", "event"), every_example())
def test_the_first_field_names_the_aggregate(name: str, case: str, event: Event) -> None:
    assert event.aggregate_id, (name, case)


def test_an_unknown_type_is_named() -> None:
    with pytest.raises(UnknownEventError, match=re.escape("intake.application.vanished.v1")):
        decode("intake.application.vanished.v1", "{}")


def test_a_submitted_application_is_published_in_both_versions_with_one_meaning() -> None:
    newer = examples("intake.application.submitted.v2")["typical"]
    assert isinstance(newer, ApplicationSubmitted)
    (older,) = newer.twins()
    assert isinstance(older, ApplicationSubmittedV1)
    again = older.upcast()
    assert again == newer.model_copy(update={"territory": newer.region})
    assert newest("intake.application.submitted") is ApplicationSubmitted


def test_a_sealed_value_opens_only_at_its_place_and_under_its_key() -> None:
    child, other, application = uuid4(), uuid4(), uuid4()
    contact = Contact(name="Примерова Анна", phone="+79990000001")
    at = place("intake.application.submitted", "contact", application)
    sealed = seal(contact, example_key(child), at)
    assert unseal(sealed, Contact, example_key(child), at) == contact
    assert "Примерова" not in sealed.model_dump_json()
    with pytest.raises(BrokenSealError):
        unseal(sealed, Contact, example_key(child), place("intake.application.submitted", "contact", uuid4()))
    with pytest.raises(BrokenSealError):
        unseal(sealed, Contact, example_key(other), at)
