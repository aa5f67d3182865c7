"""Text messages through the region's gateway: one signed POST a message, idempotent by the message's own id.

The gateway (or the small adapter an operator puts before a provider) gets ``{"id", "to", "text"}`` and answers 2xx once
it has the message; with ``{"reference": …}`` where the provider gave it a number. The request is signed as Standard
Webhooks say, with the secret of the region, as the gateway signs what it delivers to the journal (D1-16).
"""

from __future__ import annotations

import json
import re
from uuid import UUID

import httpx
from chassis.clock import SystemClock
from pydantic import BaseModel, ConfigDict, HttpUrl, SecretStr
from standardwebhooks import Webhook

from notifications.channels.letter import Letter, NotNow, Outcome, Refused, Taken, Unclear

LONGEST = 670
"""Letters in one message: ten parts of 67 where the text is Russian. A longer one is a person's business."""
TIMEOUT_SECONDS = 20.0
_REFERENCE = re.compile(r"[A-Za-z0-9._:-]{1,64}")
_REFUSALS = frozenset({400, 404, 410, 413, 422})
_BEFORE_SENDING = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


class SmsGateway(BaseModel):
    """Where the text messages of a region go. ``secret``: the shared key, ``whsec_…``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: HttpUrl
    secret: SecretStr


async def deliver(letter: Letter, message_id: UUID, gateway: SmsGateway) -> Outcome:
    """Hand one message to the gateway. Does not raise for anything the gateway or the network does.

    Before the request has left nothing is taken; an answer that never comes leaves it open.
    """
    text = letter.words.text.strip()
    if len(text) > LONGEST:
        return Refused("too_long_for_sms")
    body = json.dumps({"id": str(message_id), "to": letter.address, "text": text}, ensure_ascii=False)
    headers = _signed(str(message_id), body, gateway)
    try:
        # a redirect would carry a family's number to where nobody agreed to send it
        async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS, follow_redirects=False) as client:
            answer = await client.post(str(gateway.url), content=body.encode(), headers=headers)
    except _BEFORE_SENDING:
        return NotNow("gateway_unavailable")
    except httpx.HTTPError:
        return Unclear()
    return _outcome(answer)


def _signed(message_id: str, body: str, gateway: SmsGateway) -> dict[str, str]:
    # the gateway compares with its own watch, not with the steered clock of a demonstration
    now = SystemClock().now()
    return {
        "Content-Type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(gateway.secret.get_secret_value()).sign(message_id, now, body),
    }


def _outcome(answer: httpx.Response) -> Outcome:
    if answer.is_success:
        return Taken(_reference(answer))
    return Refused("number_refused") if answer.status_code in _REFUSALS else NotNow("gateway_unavailable")


def _reference(answer: httpx.Response) -> str | None:
    # the rest of the answer may quote the number
    try:
        told = answer.json().get("reference")
    except (ValueError, AttributeError):
        return None
    return told if isinstance(told, str) and _REFERENCE.fullmatch(told) else None
