"""Codes that cross a service border. Titles for people live in the region packs and templates."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated
from uuid import UUID, uuid5

from pydantic import Field

Code = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._/:-]{0,63}$")]
"""A code of a pack or dictionary. Free text does not fit, so a name or a diagnosis cannot travel as one."""

Number = Annotated[str, Field(pattern=r"^[A-ZА-Я]{1,6}-[0-9]{4}-[0-9]{1,9}$")]
"""The number of a registered document, such as ``РП-2026-000123``."""

Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
"""A SHA-256 digest in hex."""

_NAMED = UUID("6f1d8a52-6c1e-5b0e-9c7f-3b1f2c4d5e60")


def named_id(kind: str, code: str) -> UUID:
    """The id of something a region pack names, such as ``named_id("organisation", "smolensk/centre")``.

    Every service that reads the pack arrives at the same id without asking.
    """
    return uuid5(_NAMED, f"{kind}:{code}")


class AgeBand(StrEnum):
    """Age bands of the route (D3-01); the exact boundaries are terms of the pack."""

    EARLY = "0-3"
    CHILDHOOD = "3-18"
    ADULT = "18+"


class ApplicationSource(StrEnum):
    """Who filed the application (D2-22, D3-14)."""

    SITE = "site"
    HEALTH_AGENCY = "health_agency"
    ORGANISATION = "organisation"
    PHONE = "phone"
    BRIGADE = "brigade"


class EnquiryChannel(StrEnum):
    """How a question came, and how its answer leaves (D1-14…D1-17, D0-11, D3-46)."""

    PHONE = "phone"
    EMAIL = "email"
    SMS = "sms"
    FORM = "form"
    IN_PERSON = "in_person"
    HELPLINE = "helpline"
    WINDOW = "window"
    """«Окно специалиста»: a thread the family reads by its account or its token."""


class EnquiryOutcome(StrEnum):
    """The result of an enquiry (D0-37)."""

    HELPED_IN_FULL = "helped_in_full"
    HELPED_IN_PART = "helped_in_part"
    REFERRED = "referred"
    NOT_HELPED = "not_helped"


class FamilyStatus(StrEnum):
    """The status of the family as it was reported for the journal, not as an act has set it (D1-13)."""

    SOP = "sop"
    """Socially dangerous position."""
    TZHS = "tzhs"
    """Difficult life situation."""


class CallOutcome(StrEnum):
    """What came of a call to the family."""

    REACHED = "reached"
    NO_ANSWER = "no_answer"
    WRONG_NUMBER = "wrong_number"
    DECLINED = "declined"


class Purpose(StrEnum):
    """Purposes of processing; each has its own consent document or another legal ground (152-FZ art. 9, 10)."""

    CONTACT = "contact"
    HEALTH = "health"
    SOCIAL_SERVICE = "social_service"
    PUBLICATION = "publication"


class ConsentForm(StrEnum):
    """How a consent was given; a tick by someone not logged in is not a written consent."""

    TICK = "tick"
    PAPER = "paper"
    SIMPLE_SIGNATURE = "simple_signature"
    QUALIFIED_SIGNATURE = "qualified_signature"

    @property
    def written(self) -> bool:
        return self in {ConsentForm.PAPER, ConsentForm.QUALIFIED_SIGNATURE}


class ProgrammeKind(StrEnum):
    """Kinds of programme (GLOSSARY)."""

    IPPSU = "ippsu"
    IPSS = "ipss"
    IPRP = "iprp"
    IKSRA = "iksra"


class ServiceGroup(StrEnum):
    """The two groups the quota of D4-07 counts, and the rest."""

    SOCIAL_MEDICAL = "social_medical"
    PSYCHOLOGICAL_PEDAGOGICAL = "psychological_pedagogical"
    OTHER = "other"


class DeliveryMode(StrEnum):
    """Where a service is delivered."""

    HOME = "home"
    ORGANISATION = "organisation"
    POINT = "point"
    REMOTE = "remote"


COUNTED_MODES = frozenset({DeliveryMode.HOME, DeliveryMode.REMOTE})
"""Modes that serve a month's card (D4-07): visits at home and remote sessions. A trip to a point does not count."""


class Accounting(StrEnum):
    """The two codes of the state task (D4-21)."""

    HOME_SERVICE = "home_service"
    URGENT_SERVICE = "urgent_service"
    EARLY_HELP = "early_help"


class VisitOutcome(StrEnum):
    """What a brigade or specialist reports about a visit."""

    PERFORMED = "performed"
    CHILD_ILL = "child_ill"
    NOBODY_HOME = "nobody_home"
    FAMILY_DECLINED = "family_declined"


class MessageChannel(StrEnum):
    """Channels a message leaves through; by phone a person tells it."""

    EMAIL = "email"
    SMS = "sms"
    POST = "post"
    PHONE = "phone"


class FindingWay(StrEnum):
    """How a family was found (D3-14), and the brigade's own find on the road (D4-13)."""

    IPRA_EXTRACT = "ipra_extract"
    ORGANISATION = "organisation"
    PERSONAL = "personal"
    HEALTH_INSTITUTION = "health_institution"
    BRIGADE = "brigade"


class ContactStep(StrEnum):
    """The steps of the contact ladder, in their order (D3-16, D3-19, D3-20)."""

    PHONE = "phone"
    VISIT = "visit"
    POST = "post"


class ContactOutcome(StrEnum):
    """What came of one attempt to reach a family that was found."""

    AGREED = "agreed"
    REFUSED = "refused"
    CANNOT_COME = "cannot_come"
    """Reached, but cannot come for health reasons: we go to the family (D3-19)."""
    ASKED_LATER = "asked_later"
    NO_ANSWER = "no_answer"
    WRONG_CONTACT = "wrong_contact"
    """The number or address is not the family's."""
    NOBODY_HOME = "nobody_home"
    DELIVERED = "delivered"
    RETURNED = "returned"


class OutreachOutcome(StrEnum):
    """How outreach to a family ended."""

    AGREED = "agreed"
    REFUSED = "refused"
    NOT_REACHED = "not_reached"
    """Every step of the ladder was gone."""
    BROKEN_OFF = "broken_off"
    """Ended early, with a reason of the pack."""
