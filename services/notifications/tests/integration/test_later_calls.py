"""D2-17: a family that was told by when we call is told when that moves later, once, and never for nothing."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import cast
from uuid import uuid4

import pytest
from contracts.identifiers import CallOutcome
from contracts.intake import ApplicationDeadlineMoved, ApplicationTerritoriesSet, ApplicationWithdrawn
from embedded import MailSink
from notifications.channels.sms import SmsGateway
from notifications.messages.model import MessageState
from notifications.settings import Settings
from notifications.testing import REGION, Household, Office, local
from pydantic import HttpUrl, SecretStr

PROMISED = local(2, 18)
LATER = local(3, 18)


def moved(
    home: Household, due: datetime, *, kind: str = "call_back", provisional: bool = False
) -> ApplicationDeadlineMoved:
    told = {"due_at": due, "provisional": provisional}
    return ApplicationDeadlineMoved.model_validate(
        {"application_id": home.application_id, "kind": kind, "due": told, "moved_at": local(2, 11)}
    )


@pytest.fixture
async def home(office: Office) -> Household:
    """A family that has its acknowledgement and waits for the call."""
    waiting = await office.household()
    await office.send()
    return waiting


async def kinds(office: Office, home: Household) -> list[tuple[str, str]]:
    return [(message.kind.value, message.state.value) for message in await office.messages(home)]


ACKNOWLEDGED = ("application_received", "sent")


async def test_D2_17_a_family_is_told_that_we_call_later_than_was_promised(
    office: Office, sink: MailSink, home: Household
) -> None:
    assert await office.app.deliver(moved(home, LATER)) is None
    await office.send()
    mail = sink.messages(home.email)[-1]
    assert mail.subject == "Заявка МРЦ-2026-000017: срок звонка изменился"
    assert "обещали позвонить вам по заявке МРЦ-2026-000017 не позже этого срока: понедельник, 2 марта" in mail.text
    assert "нового срока: вторник, 3 марта 2026 года, до 18:00" in mail.text
    assert "до 18:00" in (mail.html or "")


async def test_D2_17_one_letter_a_move_however_often_it_is_told(
    office: Office, sink: MailSink, home: Household
) -> None:
    first, envelope = moved(home, LATER), uuid4()
    await office.app.deliver(first, sequence=2, id=envelope)
    await office.app.deliver(first, sequence=2, id=envelope)
    await office.app.deliver(moved(home, LATER, provisional=True), sequence=3)
    await office.send()
    assert len(sink.messages(home.email)) == 2
    await office.app.deliver(moved(home, LATER + timedelta(days=1)), sequence=4)
    await office.send()
    assert len(sink.messages(home.email)) == 3
    assert "этого срока: вторник, 3 марта 2026 года" in sink.messages(home.email)[-1].text


@pytest.mark.parametrize(
    ("due", "kind"),
    [(PROMISED, "call_back"), (PROMISED - timedelta(hours=2), "call_back"), (LATER, "first_appointment")],
    ids=["by-nothing", "sooner", "another-term"],
)
async def test_D2_17_nobody_is_written_to_who_waits_no_longer_than_promised(
    office: Office, home: Household, due: datetime, kind: str
) -> None:
    await office.app.deliver(moved(home, due, kind=kind))
    await office.app.deliver(moved(home, PROMISED))
    assert await kinds(office, home) == [ACKNOWLEDGED]


async def test_D2_17_an_acknowledgement_that_has_not_left_names_the_new_time_itself(
    office: Office, sink: MailSink
) -> None:
    home = await office.household()
    await office.app.deliver(moved(home, LATER))
    await office.send()
    (mail,) = sink.messages(home.email)
    assert "вторник, 3 марта 2026 года, до 18:00" in mail.text
    assert await kinds(office, home) == [ACKNOWLEDGED]


async def test_D2_17_a_letter_held_overnight_is_taken_back_when_the_family_was_called(
    office: Office, home: Household
) -> None:
    office.app.clock.set(local(2, 22))
    await office.app.deliver(moved(home, LATER))
    await office.send()
    assert await kinds(office, home) == [ACKNOWLEDGED, ("call_back_moved", "planned")]
    await office.app.deliver(home.called(local(2, 22), CallOutcome.NO_ANSWER))
    assert (await office.newest(home)).state is MessageState.PLANNED
    await office.app.deliver(home.called(local(3, 9)))
    office.app.clock.set(local(3, 9, 30))
    assert await office.send() == 0
    assert await kinds(office, home) == [ACKNOWLEDGED, ("call_back_moved", "cancelled")]


async def test_D2_17_a_move_taken_back_overnight_leaves_no_letter(office: Office, home: Household) -> None:
    office.app.clock.set(local(2, 22))
    await office.app.deliver(moved(home, LATER))
    await office.app.deliver(moved(home, PROMISED))
    assert await kinds(office, home) == [ACKNOWLEDGED, ("call_back_moved", "cancelled")]


async def test_D2_17_a_family_that_has_withdrawn_is_not_written_to(office: Office, home: Household) -> None:
    gone = ApplicationWithdrawn(application_id=home.application_id, region=REGION, withdrawn_at=local(2, 11))
    await office.app.deliver(gone)
    await office.app.deliver(moved(home, LATER))
    assert await kinds(office, home) == [ACKNOWLEDGED]


async def test_D1_16_whoever_has_no_mail_is_told_by_text_message(
    office: Office, sink: MailSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway = SmsGateway(url=HttpUrl(sink.sms_url), secret=SecretStr(sink.sms_secret))
    monkeypatch.setattr(cast("Settings", office.app.worker.settings), "sms_gateways", {REGION: gateway})
    phone = f"+7900{int(uuid4()) % 10**7:07d}"
    home = await office.household(email=None, phone=phone)
    await office.send()
    await office.app.deliver(moved(home, LATER))
    await office.send()
    first, second = (mail.text.strip() for mail in sink.messages(phone))
    assert "принята" in first
    assert second.startswith(
        "Заявка МРЦ-2026-000017: срок звонка изменился. Позвоним вам до: вторник, 3 марта 2026 года"
    )


async def test_T12_the_new_time_is_named_in_the_time_of_the_territory_that_answers_now(
    office: Office, home: Household
) -> None:
    there = ApplicationTerritoriesSet(
        application_id=home.application_id,
        residence_territory=home.territory,
        responsible_territory=f"{REGION}/vyazma",
        set_at=local(2, 11),
    )
    await office.app.deliver(there)
    await office.app.deliver(moved(home, LATER))
    assert (await office.newest(home)).territory == f"{REGION}/vyazma"
