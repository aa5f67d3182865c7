"""What the gateway is told, and what its answers mean."""

import json
from typing import Any
from uuid import UUID

import httpx
import pytest
from notifications.channels import sms
from notifications.channels.letter import Letter, NotNow, Outcome, Refused, Taken, Unclear, Words
from pydantic import HttpUrl, SecretStr
from standardwebhooks import Webhook

SECRET = "whsec_" + "QUFB" * 8
GATEWAY = sms.SmsGateway(url=HttpUrl("http://gateway.invalid/sms"), secret=SecretStr(SECRET))
MESSAGE = UUID(int=7)
NUMBER = "+79000000001"


def letter(text: str = "Напоминаем: завтра приём.") -> Letter:
    return Letter(name="Пробная Анна Петровна", address=NUMBER, words=Words(subject="", text=text, html=""))


def answering(monkeypatch: pytest.MonkeyPatch, answer: httpx.Response | Exception) -> list[httpx.Request]:
    asked: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        if isinstance(answer, Exception):
            raise answer
        return answer

    client = httpx.AsyncClient

    def made(**options: Any) -> httpx.AsyncClient:
        return client(transport=httpx.MockTransport(handle), **options)

    monkeypatch.setattr(httpx, "AsyncClient", made)
    return asked


async def test_the_request_is_signed_and_holds_number_and_words_only(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = answering(monkeypatch, httpx.Response(202, json={"reference": "A-17"}))
    assert await sms.deliver(letter(), MESSAGE, GATEWAY) == Taken("A-17")
    request = asked[0]
    told = Webhook(SECRET).verify(request.content, dict(request.headers))
    assert told == {"id": str(MESSAGE), "to": NUMBER, "text": "Напоминаем: завтра приём."}
    assert NUMBER not in str(request.url)
    assert json.loads(request.content) == told


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (httpx.Response(200), Taken(None)),
        (httpx.Response(200, json={"reference": "for +79000000001"}), Taken(None)),
        (httpx.Response(422), Refused("number_refused")),
        (httpx.Response(401), NotNow("gateway_unavailable")),
        (httpx.Response(302, headers={"Location": "http://elsewhere.invalid"}), NotNow("gateway_unavailable")),
        (httpx.Response(429), NotNow("gateway_unavailable")),
        (httpx.Response(503), NotNow("gateway_unavailable")),
        (httpx.ConnectError("away"), NotNow("gateway_unavailable")),
        (httpx.ReadTimeout("silent"), Unclear()),
        (httpx.ReadError("broken off"), Unclear()),
    ],
)
async def test_each_answer_has_its_meaning(
    monkeypatch: pytest.MonkeyPatch, answer: httpx.Response | Exception, outcome: Outcome
) -> None:
    answering(monkeypatch, answer)
    assert await sms.deliver(letter(), MESSAGE, GATEWAY) == outcome


async def test_a_text_too_long_is_not_cut_but_left_to_a_person(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = answering(monkeypatch, httpx.Response(202))
    assert await sms.deliver(letter("о" * (sms.LONGEST + 1)), MESSAGE, GATEWAY) == Refused("too_long_for_sms")
    assert asked == []
