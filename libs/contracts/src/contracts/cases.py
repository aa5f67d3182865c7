"""Facts cases publishes: the personal file, consents, programmes and delivered services."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from contracts.event import Event
from contracts.identifiers import (
    Accounting,
    AgeBand,
    Code,
    ConsentForm,
    DeliveryMode,
    ProgrammeKind,
    Purpose,
    ServiceGroup,
)
from contracts.personal import Address, Contact
from contracts.sealed import Sealed


class CaseFileOpened(Event, aggregate="case_file", fact="opened"):
    """A personal file was opened; there is one for each accepted application (D0-24)."""

    case_id: UUID
    application_id: UUID
    region: Code
    territory: Code
    child_id: UUID
    representative_id: UUID
    age_band: AgeBand
    coordinator_id: UUID
    coordinating_organisation_id: UUID
    serving_organisation_id: UUID
    opened_at: AwareDatetime


class DocumentsSeen(Event, aggregate="case_file", fact="documents_seen"):
    """Passport and birth certificate were shown and the representative's authority was checked (D2-20)."""

    case_id: UUID
    child_id: UUID
    seen_by: UUID
    seen_at: AwareDatetime


class ConsentRecorded(Event, aggregate="case_file", fact="consent_recorded"):
    """A consent document of one purpose stands in the file's register (D0-22, 152-FZ art. 9)."""

    case_id: UUID
    consent_id: UUID
    application_id: UUID
    child_id: UUID
    representative_id: UUID
    purpose: Purpose
    form: ConsentForm
    given_on: date


class ConsentWithdrawn(Event, aggregate="case_file", fact="consent_withdrawn"):
    """A consent was withdrawn; it acts at once, processing goes on only where another ground stands."""

    case_id: UUID
    consent_id: UUID
    application_id: UUID
    child_id: UUID
    purpose: Purpose
    withdrawn_at: AwareDatetime


class EligibilityRecognised(Event, aggregate="case_file", fact="eligibility_recognised"):
    """Early-help eligibility was decided at the first appointment (D2-20, D2-21)."""

    case_id: UUID
    child_id: UUID
    eligible: bool
    decided_on: date


class TeamFixed(Event, aggregate="case_file", fact="team_fixed"):
    """The specialists fixed to the case (D2-21)."""

    case_id: UUID
    child_id: UUID
    specialist_ids: tuple[UUID, ...]


class IppsuRecorded(Event, aggregate="case_file", fact="ippsu_recorded"):
    """Number, date and term of an IPPSU the authority issued stand in the file (D4-05); the number stays there."""

    case_id: UUID
    child_id: UUID
    region: Code
    ippsu_id: UUID
    issued_on: date
    valid_until: date


class AssessmentCompleted(Event, aggregate="assessment", fact="completed"):
    """An ICF assessment is complete; counts only, never categories or qualifiers (D2-21)."""

    assessment_id: UUID
    case_id: UUID
    child_id: UUID
    region: Code
    assessed_on: date
    categories: int
    assessors: int


class ServiceLine(BaseModel):
    """One service of a programme as scheduling needs it: what, how often, where, by whom."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    line_id: UUID
    service_code: Code
    group: ServiceGroup
    mode: DeliveryMode
    count: int
    minutes: int
    skill: Code


class ProgrammeDrafted(Event, aggregate="programme", fact="drafted"):
    """A version of a programme was drawn up, edited or opened for correction; counts only (D2-24, D4-05)."""

    programme_id: UUID
    case_id: UUID
    child_id: UUID
    region: Code
    kind: ProgrammeKind
    programme_version: int
    goals: int
    lines: int


class ProgrammeSigned(Event, aggregate="programme", fact="signed"):
    """The representative signed the version; the head may approve it (D4-09)."""

    programme_id: UUID
    case_id: UUID
    child_id: UUID
    region: Code
    kind: ProgrammeKind
    programme_version: int
    signed_on: date


class ProgrammeFinished(Event, aggregate="programme", fact="finished"):
    """The term of the approved version is over (D4-06)."""

    programme_id: UUID
    case_id: UUID
    child_id: UUID
    region: Code
    kind: ProgrammeKind
    programme_version: int
    finished_on: date


class ProgrammeApproved(Event, aggregate="programme", fact="approved"):
    """A programme version was approved; its lines are the demand for visits and sessions (D2-24, D4-05, D4-07)."""

    programme_id: UUID
    case_id: UUID
    child_id: UUID
    region: Code
    territory: Code
    kind: ProgrammeKind
    programme_version: int
    serving_organisation_id: UUID
    coordinator_id: UUID
    specialist_ids: tuple[UUID, ...] = ()
    starts_on: date
    ends_on: date
    approved_at: AwareDatetime
    goals: int = 0
    quota: dict[ServiceGroup, int] = Field(default_factory=dict)
    lines: tuple[ServiceLine, ...]
    address: Sealed[Address] | None = None
    contact: Sealed[Contact] | None = None


class ServiceDelivered(Event, aggregate="delivery", fact="recorded"):
    """A delivered service: who, what, when, where, how long (D4-08, D4-21). Told again, it replaces what was told."""

    delivery_id: UUID
    case_id: UUID
    child_id: UUID
    region: Code
    territory: Code
    organisation_id: UUID
    programme_id: UUID | None
    line_id: UUID | None
    visit_id: UUID | None
    service_code: Code
    group: ServiceGroup
    mode: DeliveryMode
    accounting: Accounting
    specialist_id: UUID | None
    delivered_on: date
    minutes: int


class DeliveryCancelled(Event, aggregate="delivery", fact="cancelled"):
    """A recorded service turned out not to have been given: it counts nowhere any more (T1, D4-08)."""

    delivery_id: UUID
    case_id: UUID
    child_id: UUID
    region: Code
    programme_id: UUID | None
    visit_id: UUID | None
    act_id: UUID | None


class UrgentActDrawnUp(Event, aggregate="urgent_act", fact="drawn_up"):
    """The act of one family's urgent services was prefilled from the trip and waits for its signature (D4-21).

    Told again when the trip is told otherwise before the signature; with no services there is nothing to sign.
    """

    act_id: UUID
    case_id: UUID
    child_id: UUID
    region: Code
    trip_id: UUID
    services: int


class UrgentActSigned(Event, aggregate="urgent_act", fact="signed"):
    """The act of urgent services given on a trip was signed: the proof the law asks for (D4-21)."""

    act_id: UUID
    case_id: UUID
    child_id: UUID
    region: Code
    trip_id: UUID
    services: int
    signed_on: date


class UrgentActQuestioned(Event, aggregate="urgent_act", fact="questioned"):
    """A trip was told otherwise than its signed act says; a person decides, the act stands until then (D4-21)."""

    act_id: UUID
    case_id: UUID
    child_id: UUID
    region: Code
    trip_id: UUID
    signed_services: int
    reported_services: int


class UrgentActUpheld(Event, aggregate="urgent_act", fact="upheld"):
    """A questioned act stands as it was signed: a person decided so, or the trip was told as signed after all."""

    act_id: UUID
    case_id: UUID
    child_id: UUID
    region: Code
    trip_id: UUID
