"""Routers become durables: one per producer, aggregate and mode."""

from collections.abc import Sequence

import pytest
from chassis.bus import Delivery, EventRouter
from chassis.bus.router import Mode, subscriptions
from chassis.work import Unit
from contracts.cases import CaseFileOpened
from contracts.event import Envelope
from contracts.intake import (
    ApplicationAccepted,
    ApplicationSubmitted,
    ApplicationSubmittedV1,
    ApplicationTaken,
    PrincipalChanged,
)


async def one(event: object, unit: Unit) -> None: ...


async def other(event: object, unit: Unit, envelope: Envelope) -> None: ...


async def many(deliveries: Sequence[Delivery], unit: Unit) -> None: ...


def test_rooms_share_the_durable_of_an_aggregate() -> None:
    first, second = EventRouter(), EventRouter()
    first.on(ApplicationAccepted)(one)
    second.on(ApplicationTaken)(other)
    (found,) = subscriptions([first, second])
    assert found.durable("cases") == "cases__intake_application"
    assert (found.stream, found.filter_subject) == ("EVT_INTAKE", "evt.intake.application.>")
    assert [handler.function for handler in found.handlers] == [one, other]


def test_a_latest_fact_has_a_durable_of_its_own_for_all_its_versions() -> None:
    router = EventRouter()
    router.on(PrincipalChanged, ordered=False)(one)
    (found,) = subscriptions([router])
    assert found.durable("cases") == "cases__intake_principal__changed"
    assert found.filter_subject == "evt.intake.principal.changed.>"
    assert not found.ordered


def test_a_projection_has_a_durable_per_aggregate() -> None:
    router = EventRouter()
    router.batch(ApplicationAccepted, ApplicationTaken, CaseFileOpened)(many)
    found = subscriptions([router])
    assert {one.durable("reporting") for one in found} == {
        "reporting__intake_application__batch",
        f"reporting__cases_{CaseFileOpened.aggregate}__batch",
    }
    assert all(one.mode is Mode.BATCH and one.ordered for one in found)


def test_a_durable_handles_one_version_of_a_fact() -> None:
    router = EventRouter()
    router.on(ApplicationSubmitted)(one)
    router.on(ApplicationSubmittedV1)(other)
    with pytest.raises(TypeError, match="two versions"):
        subscriptions([router])


def test_a_handler_may_only_ask_for_what_is_offered() -> None:
    async def curious(event: object, unit: Unit, session: object) -> None: ...

    with pytest.raises(TypeError, match="session"):
        EventRouter().on(ApplicationTaken)(curious)
