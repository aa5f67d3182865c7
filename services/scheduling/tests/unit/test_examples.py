"""Every request shows what it looks like, and what it shows would be taken."""

from __future__ import annotations

from chassis.testing.examples import invalid_examples, without_example
from scheduling.main import service


def test_every_json_body_shows_an_example_its_model_takes() -> None:
    app = service.app()
    assert without_example(app) == []
    assert invalid_examples(app) == []
