"""Builders for tests of the portal: a questionnaire as a family fills it in; everybody is invented."""

from __future__ import annotations

from typing import Any

from chassis.regions import load_packs
from chassis.testing.running import Caller

from intake.portal.pack import PortalPack
from intake.testing import REGIONS

OBLAST = "moscow-oblast"
PORTAL = load_packs(REGIONS, "portal", PortalPack)[OBLAST]
ANSWERS: dict[str, Any] = {
    "child_name": "Берёзкин Тимур",
    "sex": "male",
    "birth_date": "2019-05-01",
    "district": f"{OBLAST}/klin",
    "address": "г. Клин, ул. Тихая, д. 3",
    "diagnosis": "нарушение слуха",
    "status_document": {
        "number": "0012345",
        "series": "МСЭ-2024",
        "issued_on": "2024-06-01",
        "valid_until": "2026-06-01",
    },
    "parents": [{"name": "Берёзкина Инна Львовна", "identity_document": "паспорт 00 00 000000"}],
    "home_phone": "8 (496) 240-00-01",
    "work_phone": "+7 495 000-00-02",
    "mobile_phone": "89050001122",
    "email": "inna@example.org",
    "note": "Ищем сурдопедагога",
}


def consents(**changes: Any) -> list[dict[str, Any]]:
    """The consent documents of the portal in the words of the pack."""
    return [
        {
            "purpose": text.purpose.value,
            "text_version": text.version,
            "text_hash": text.text_hash,
            "given_at": "2026-03-02T06:55:00Z",
            **changes,
        }
        for text in PORTAL.consents
    ]


async def written(family: Caller, **changes: Any) -> dict[str, Any]:
    """A draft; a field that is None is left out."""
    told = {name: value for name, value in {**ANSWERS, **changes}.items() if value is not None}
    answer = await family.post("/questionnaires", json={"region": OBLAST, **told})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def sent(family: Caller, **changes: Any) -> dict[str, Any]:
    """Written and sent with its consents."""
    card = await written(family, **changes)
    answer = await family.post(f"/questionnaires/{card['id']}/send", json={"consents": consents()})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def accepted(family: Caller, consultant: Caller, **changes: Any) -> dict[str, Any]:
    """Sent and accepted by the consultant."""
    card = await sent(family, **changes)
    answer = await consultant.post(f"/questionnaires/{card['id']}/accept", json={})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())
