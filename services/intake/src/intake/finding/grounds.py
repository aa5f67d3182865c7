"""Data leave only on a legal ground for the purpose: the family's written consent or an entry of the pack (D3-26)."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from chassis.errors import DomainError, Kind
from contracts.access import FieldGroup
from contracts.identifiers import Code, ConsentForm
from pydantic import BaseModel, ConfigDict

from intake.finding.referrals_pack import CONSENT, Ground, ReferralsPack

EVERYTHING = frozenset({FieldGroup.CONTACT, FieldGroup.SOCIAL, FieldGroup.HEALTH})


class WrittenConsent(BaseModel):
    """The family's consent to hand these groups of data to that agency. ``consent_id``: of the case file, if any."""

    model_config = ConfigDict(extra="forbid")

    form: ConsentForm
    given_on: date
    groups: frozenset[FieldGroup] = frozenset({FieldGroup.CONTACT})
    consent_id: UUID | None = None


def outgoing_groups(
    ground: Code | None,
    consent: WrittenConsent | None,
    purpose: Code,
    department: Code,
    pack: ReferralsPack,
    today: date,
) -> frozenset[FieldGroup]:
    """The groups of data the ground lets out for that purpose; refuses where it lets nothing out."""
    if ground == CONSENT:
        return _by_consent(consent, today)
    listed = pack.ground(ground) if ground else None
    if listed is None or not covers(listed, purpose, department):
        raise ground_missing(purpose, [g.code for g in pack.grounds if covers(g, purpose, department)])
    return listed.groups


def covers(ground: Ground, purpose: Code, department: Code | None) -> bool:
    """Whether a ground of the pack is one for this purpose and this receiver."""
    return purpose in ground.purposes and (not ground.departments or department in ground.departments)


def require_listed(purpose: Code, department: Code, groups: frozenset[FieldGroup], pack: ReferralsPack) -> None:
    """Refuse to let these groups out to a department for a purpose no ground of the pack is listed for."""
    if not any(covers(ground, purpose, department) and groups <= ground.groups for ground in pack.grounds):
        raise ground_missing(purpose, [])


def check_covered(told: dict[FieldGroup, Any], allowed: frozenset[FieldGroup]) -> None:
    """Refuse to send a group of data the ground says nothing of; names the field and what would be needed."""
    for group, value in told.items():
        if value and group not in allowed:
            raise DomainError(
                "ground_too_narrow",
                Kind.FORBIDDEN,
                ru="Основание не позволяет передать эти сведения. Уберите их или получите письменное согласие.",
                en="The ground does not let these data out. Leave them out or get a written consent.",
                field=str(group),
            )


def _by_consent(consent: WrittenConsent | None, today: date) -> frozenset[FieldGroup]:
    if consent is None or not consent.form.written or consent.given_on > today:
        raise DomainError(
            "consent_missing",
            Kind.FORBIDDEN,
            ru="Нужно письменное согласие семьи на передачу сведений: на бумаге или с квалифицированной подписью.",
            en="A written consent of the family to hand the data over is needed.",
            field="consent",
        )
    return consent.groups


def ground_missing(purpose: Code, known: list[str]) -> DomainError:
    return DomainError(
        "ground_missing",
        Kind.FORBIDDEN,
        ru="Для этой цели нет законного основания передавать сведения. Укажите основание или согласие семьи.",
        en="There is no legal ground to hand the data over for this purpose. Name one, or a consent.",
        field="ground",
        purpose=purpose,
        known=[*known, CONSENT],
    )
