"""The public form as a request: the eleven fields of D2-16, six of them required, and a consent per purpose."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from contracts.identifiers import ApplicationSource, Code
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
)

from intake.particulars.consents import ConsentGiven
from intake.particulars.examples import CONSENT, REGION, TERRITORY, shown
from intake.particulars.requests import Email, LongText, PersonName, ShortText


class Location(BaseModel):
    """Where the address is, when the form's map knows it."""

    model_config = ConfigDict(extra="forbid")

    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)


class SubmitApplication(BaseModel):
    """An application (D2-16). ``id`` may be chosen by the client; ``territory`` is a code of the form.

    ``triggers``: why help is needed, codes of the form (D2-14, D2-35). ``protocol_follows``: whoever files for the
    family will attach the protocol of announcing the diagnosis later (D2-08).
    """

    model_config = shown(
        region=REGION,
        territory=TERRITORY,
        representative_name="Рощина Алла Петровна",
        child_name="Рощин Тимофей",
        phone="+7 905 000-55-66",
        birth_date="2024-05-17",
        email="roshchina@example.org",
        registered_in_region=True,
        actual_address="п. Лесной, ул. Речная, д. 3",
        comment="Не говорит, не отзывается на имя",
        consents=[CONSENT],
        entry_point="site",
    )

    id: UUID | None = None
    region: Code
    territory: Code | None = None
    representative_name: PersonName
    child_name: PersonName
    phone: str = Field(min_length=5, max_length=40)
    birth_date: date
    email: Email | None = None
    registered_in_region: bool
    diagnosis: LongText | None = None
    actual_address: ShortText | None = None
    actual_location: Location | None = None
    comment: LongText | None = None
    consents: list[ConsentGiven] = Field(max_length=10)
    entry_point: Code | None = None
    triggers: list[Code] = Field([], max_length=20)
    protocol_follows: bool = False
    source: ApplicationSource = ApplicationSource.SITE
