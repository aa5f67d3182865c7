"""59-FZ art. 8 part 2: an enquiry is registered within three days of its arrival.

Nothing waits for its registration here: whichever door it comes through, the transaction that takes a question in
gives it its number. So no term is watched between the two; what is watched is the answer.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest
from chassis.testing.running import Caller, Running
from contracts.intake import EnquiryRegistered
from intake.enquiries.commands.incoming import TextMessage, take_letter, take_text_message
from intake.enquiries.letters import read_letter
from intake.enquiries.model.enquiry import Enquiry
from intake.enquiries.states import EnquiryState
from intake.testing.enquiries import CALL, OMSK, Desk
from sqlalchemy import select

Door = Callable[[Desk, Caller], Awaitable[object]]


async def staff(desk: Desk, coordinator: Caller) -> None:
    await desk.registered(coordinator, **CALL)


async def form(desk: Desk, _: Caller) -> None:
    await desk.submitted(anonymous=True)


async def window(desk: Desk, _: Caller) -> None:
    account = await desk.app.as_role("account")
    await account.post("/accounts")
    await desk.submitted(account, channel="window", name="Рябов Пётр", phone="8 905 000-66-77")


async def mail(desk: Desk, _: Caller) -> None:
    raw = b"From: a@family.example\r\nMessage-ID: <59fz@family.example>\r\nSubject: ?\r\n\r\nHello"
    assert await take_letter(desk.app.worker, OMSK, read_letter(raw))


async def text_message(desk: Desk, _: Caller) -> None:
    message = TextMessage(id="59fz", sender="+79050001122", text="Где бассейн?")
    async with desk.app.unit() as unit:
        assert await take_text_message(OMSK, message, unit)


async def entries(app: Running) -> dict[UUID, Enquiry]:
    async with app.unit() as unit:
        return {row.id: row for row in await unit.session.scalars(select(Enquiry))}


@pytest.mark.parametrize("door", [staff, form, window, mail, text_message], ids=lambda door: door.__name__)
async def test_59FZ_every_enquiry_is_registered_the_moment_it_arrives(
    desk: Desk, coordinator: Caller, door: Door
) -> None:
    before = await entries(desk.app)
    await door(desk, coordinator)
    (new,) = (row for id, row in (await entries(desk.app)).items() if id not in before)
    assert new.registered_at == new.received_at == desk.app.clock.now()
    assert (new.state, new.registration) == (EnquiryState.REGISTERED, f"ОБР-2026-{new.number:06d}")
    told = [fact for fact in await desk.app.published(EnquiryRegistered) if fact.aggregate_id == new.id]
    assert len(told) == 1


def test_59FZ_there_is_no_state_before_registration() -> None:
    assert next(iter(EnquiryState)) is EnquiryState.REGISTERED
    assert not Enquiry.__table__.c.registration.nullable
    assert not Enquiry.__table__.c.registered_at.nullable
