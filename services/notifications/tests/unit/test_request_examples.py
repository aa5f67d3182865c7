"""The examples people see beside the routes of this service."""

from chassis.testing.examples import invalid_examples, without_example
from notifications.main import service


def test_every_request_body_shows_an_example_its_model_accepts() -> None:
    app = service.app()
    assert without_example(app) == []
    assert invalid_examples(app) == []
