"""Who may do what, and which organisations, agreements and resources there are."""

from __future__ import annotations

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime

from contracts.access import Role
from contracts.event import Event
from contracts.identifiers import (
    Code,
    Digest,
)


class PrincipalChanged(Event, aggregate="principal", fact="changed"):
    """The whole authority of one person or system as it now stands; replaces what was known before.

    A region's own code among ``territories`` stands for the whole region.
    ``subject_digest`` is SHA-256 of issuer and subject: a service recognises the token's owner without keeping ``sub``.
    """

    principal_id: UUID
    subject_digest: Digest
    roles: frozenset[Role] = frozenset()
    organisation_ids: frozenset[UUID] = frozenset()
    territories: frozenset[Code] = frozenset()
    child_ids: frozenset[UUID] = frozenset()
    specialist_id: UUID | None = None
    active: bool = True


class OrganisationRegistered(Event, aggregate="organisation", fact="registered"):
    """An organisation entered the directory or changed; the whole state (D3-04, D0-34)."""

    organisation_id: UUID
    code: Code
    region: Code
    territory: Code
    roles: frozenset[Code]
    latitude: float | None = None
    longitude: float | None = None
    active: bool = True


class AccountBound(Event, aggregate="principal", fact="account_bound"):
    """A portal account was bound to a representative by a one-time code; an equal e-mail or name binds nothing."""

    principal_id: UUID
    representative_id: UUID
    child_id: UUID
    way: Literal["code_by_contact", "code_in_person"]
    bound_at: AwareDatetime


class AgreementRegistered(Event, aggregate="agreement", fact="registered"):
    """Two organisations have an agreement, or it ended (D3-07); an outgoing request to a co-executor needs one."""

    agreement_id: UUID
    region: Code
    kind: Literal["resource_centre_operator", "operator_co_executor"]
    from_organisation_id: UUID
    to_organisation_id: UUID
    signed_on: date
    valid_until: date | None
    active: bool


class ResourceListed(Event, aggregate="resource", fact="listed"):
    """A resource of the territory was entered in the map, checked again or retired (D3-36, D3-49)."""

    resource_id: UUID
    region: Code
    territory: Code
    organisation_id: UUID
    kind: Code
    theme: Code
    latitude: float | None
    longitude: float | None
    active: bool
    checked_on: date
