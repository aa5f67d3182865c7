"""I3: exactly one letter, or an unclear outcome in front of a person; never a silent second one."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from chassis.data.context import Cause
from chassis.run.worker import Worker
from contracts.notifications import MessageSent
from embedded import MailSink
from notifications.channels import email
from notifications.channels.letter import Refused
from notifications.messages import background
from notifications.messages.background import claim_message, hand_over, send_messages, settle_attempt
from notifications.messages.commands.write_letter import write_letter
from notifications.messages.model import MessageState
from notifications.testing import CENTRE, Household, Office


@asynccontextmanager
async def mail_server(**answers: str) -> AsyncIterator[int]:
    """SMTP that answers as told: a reply per verb (``CONTENT`` after the content), ``""`` hangs up without one."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 test\r\n")
        while line := await reader.readline():
            verb = line.split()[0].upper().decode()
            if verb == "DATA" and "DATA" not in answers:
                writer.write(b"354 go on\r\n")
                await reader.readuntil(b"\r\n.\r\n")
                verb = "CONTENT"
            answer = answers.get(verb, "250 fine")
            if not answer:
                break
            writer.write(answer.encode() + b"\r\n")
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


@pytest.mark.parametrize(
    ("answers", "state", "reason"),
    [
        ({}, MessageState.SENT, None),
        ({"CONTENT": "250 2.0.0 Ok: queued as 4F1A"}, MessageState.SENT, None),
        ({"EHLO": "421 busy", "HELO": "421 busy"}, MessageState.PLANNED, "channel_unavailable"),
        ({"MAIL": ""}, MessageState.PLANNED, "channel_unavailable"),
        ({"MAIL": "550 who are you"}, MessageState.PLANNED, "channel_unavailable"),
        ({"RCPT": "450 greylisted"}, MessageState.PLANNED, "channel_unavailable"),
        ({"RCPT": ""}, MessageState.PLANNED, "channel_unavailable"),
        ({"RCPT": "550 no such user"}, MessageState.FAILED, "address_refused"),
        ({"CONTENT": "451 later"}, MessageState.PLANNED, "channel_unavailable"),
        ({"CONTENT": "554 no"}, MessageState.FAILED, "content_refused"),
        ({"CONTENT": ""}, MessageState.UNKNOWN, "outcome_unknown"),
    ],
    ids=str,
)
async def test_the_outcome_follows_how_far_the_dialogue_had_come(
    office: Office, answers: dict[str, str], state: MessageState, reason: str | None
) -> None:
    async with mail_server(**answers) as port:
        office.mail_to(port)
        home = await office.acquainted()
        message = await office.newest(home)
        assert (message.state, message.reason_code) == (state, reason)
        assert message.provider_reference == ("4F1A" if "queued" in str(answers) else None)
        assert (message.planned_for > office.app.clock.now()) == (state is MessageState.PLANNED)


async def test_a_server_that_falls_silent_after_the_content_leaves_an_unknown_outcome(office: Office) -> None:
    silent = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 test\r\n")
        for answer in (b"250 fine\r\n", b"250 fine\r\n", b"250 fine\r\n", b"354 go on\r\n"):
            await reader.readline()
            writer.write(answer)
        await silent.wait()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        office.mail_to(server.sockets[0].getsockname()[1], 0.3)
        home = await office.acquainted()
        silent.set()
    assert (await office.newest(home)).state is MessageState.UNKNOWN


async def test_a_mail_server_that_was_down_gets_the_letter_once_it_is_back(office: Office, own_sink: MailSink) -> None:
    office.mail_to(own_sink.port)
    own_sink.stop()
    home = await office.acquainted()
    message = await office.newest(home)
    assert (message.state, message.reason_code) == (MessageState.PLANNED, "channel_unavailable")
    assert await office.send() == 0
    own_sink.start()
    office.app.clock.advance(timedelta(minutes=1))
    assert await office.send() == 1
    assert len(own_sink.messages(home.email)) == 1
    assert (await office.newest(home)).attempts == 2
    assert own_sink.messages(home.email)[0].message["Message-ID"] == f"<{message.id}@marshrut.example>"


async def test_I3_a_crash_while_sending_is_listed_and_not_sent_again(office: Office, sink: MailSink) -> None:
    home = await office.household()
    row = await office.newest(home)
    attempt = await claim_message(office.app.worker, row.id, Cause())
    assert attempt is not None
    await hand_over(office.app.worker, attempt)  # and the process dies before it writes that down
    office.app.clock.advance(timedelta(seconds=119))
    assert await office.send() == 0
    assert (await office.newest(home)).state is MessageState.SENDING
    office.app.clock.advance(timedelta(seconds=2))
    for _ in range(3):
        assert await office.send() == 0
        office.app.clock.advance(timedelta(days=1))
    assert (await office.newest(home)).state is MessageState.UNKNOWN
    assert len(sink.messages(home.email)) == 1
    coordinator = await office.app.as_role("coordinator", organisation_ids=[CENTRE])
    assert [item["kind"] for item in (await coordinator.get("/worklist")).json()["items"]] == ["message_unknown"]


async def test_a_paused_process_that_wakes_up_tells_the_truth(office: Office, sink: MailSink) -> None:
    home = await office.household()
    attempt = await claim_message(office.app.worker, (await office.newest(home)).id, Cause())
    assert attempt is not None
    office.app.clock.advance(timedelta(minutes=3))
    await office.send()
    await settle_attempt(office.app.worker, attempt, await hand_over(office.app.worker, attempt))
    assert (await office.newest(home)).state is MessageState.SENT
    assert len(await office.app.published(MessageSent)) == 1
    assert len(sink.messages(home.email)) == 1


async def test_an_answer_to_an_older_attempt_does_not_end_the_new_one(office: Office) -> None:
    home = await office.household()
    row = await office.newest(home)
    late = await claim_message(office.app.worker, row.id, Cause())
    assert late is not None
    office.app.clock.advance(timedelta(minutes=3))
    await office.send()
    coordinator = await office.app.as_role("coordinator", organisation_ids=[CENTRE])
    assert (await coordinator.post(f"/messages/{row.id}/resend")).status_code == 200
    second = await claim_message(office.app.worker, row.id, Cause())
    assert second is not None
    await settle_attempt(office.app.worker, late, Refused("address_refused"))
    assert (await office.newest(home)).state is MessageState.SENDING


async def test_several_senders_hand_over_each_message_once(office: Office, sink: MailSink) -> None:
    homes = [await office.household() for _ in range(4)]
    await asyncio.gather(*(office.send() for _ in range(4)))
    assert [len(sink.messages(home.email)) for home in homes] == [1, 1, 1, 1]
    assert len(await office.app.published(MessageSent)) == 4


async def test_the_loop_ends_a_letter_in_hand_before_it_stops(office: Office) -> None:
    reached, go_on = asyncio.Event(), asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 test\r\n")
        while line := await reader.readline():
            if line.startswith(b"DATA"):
                writer.write(b"354 go on\r\n")
                await reader.readuntil(b"\r\n.\r\n")
                reached.set()
                await go_on.wait()
            writer.write(b"250 fine\r\n")
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        office.mail_to(server.sockets[0].getsockname()[1])
        home = await office.household()
        loop = asyncio.create_task(send_messages(office.app.worker))
        await asyncio.wait_for(reached.wait(), 10)
        loop.cancel()
        await asyncio.sleep(0.05)
        go_on.set()
        with pytest.raises(asyncio.CancelledError):
            await loop
    assert (await office.newest(home)).state is MessageState.SENT


@pytest.mark.parametrize("address", ["no-at-sign", "кто@families.example", "a b@families.example", "a@b@c.example"])
async def test_an_address_that_fits_no_mail_fails_visibly(office: Office, address: str) -> None:
    home = await office.acquainted(email=address)
    message = await office.newest(home)
    assert (message.state, message.reason_code) == (MessageState.FAILED, "address_invalid")


async def test_nothing_listening_at_all_is_not_now(office: Office) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    office.mail_to(port)
    home = await office.acquainted()
    assert (await office.newest(home)).reason_code == "channel_unavailable"


async def test_a_letter_that_cannot_be_written_is_tried_again_and_spoils_no_other(
    office: Office, sink: MailSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, fine = await office.household(), await office.household()
    row, write = await office.newest(broken), write_letter

    async def failing(message: object, *rest: object) -> object:
        if getattr(message, "id", None) == row.id:
            raise LookupError(broken.email)
        return await write(message, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(background, "write_letter", failing)
    await office.send()
    assert (await office.newest(broken)).reason_code == "not_written"
    assert len(sink.messages(fine.email)) == 1
    monkeypatch.undo()
    office.app.clock.advance(timedelta(minutes=1))
    await office.send()
    assert len(sink.messages(broken.email)) == 1


async def test_a_fault_of_ours_in_mid_dialogue_is_an_unknown_outcome(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(email, "deliver", broken)
    home = await office.acquainted()
    assert (await office.newest(home)).state is MessageState.UNKNOWN


async def test_an_outcome_is_written_down_though_the_database_was_away_for_a_moment(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, failures = background._settle, [OSError(), OSError()]

    async def flaky(*arguments: object) -> None:
        if failures:
            raise failures.pop()
        await write(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(background, "_settle", flaky)
    monkeypatch.setattr(background, "SETTLE_PAUSE_SECONDS", 0.01)
    home = await office.acquainted()
    assert (await office.newest(home)).state is MessageState.SENT


async def test_the_service_s_worker_runs_the_sender(office: Office, sink: MailSink) -> None:
    home = await office.household()
    app = office.app
    worker = asyncio.create_task(Worker(app.service, app.worker, office.bus, app.metrics).run())
    try:
        await asyncio.to_thread(sink.wait_for, home.email)
        await eventually_sent(office, home)
    finally:
        worker.cancel()
        with pytest.raises(asyncio.CancelledError):
            await worker


async def eventually_sent(office: Office, home: Household) -> None:
    for _ in range(100):
        if (await office.newest(home)).state is MessageState.SENT:
            return
        await asyncio.sleep(0.05)
    raise AssertionError("not written down")
