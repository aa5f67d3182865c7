"""Facts intake publishes: who asked, through which door, who answers, and what every person may do."""

from __future__ import annotations

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime

from contracts.access import Role
from contracts.event import Event, Moment
from contracts.identifiers import (
    AgeBand,
    ApplicationSource,
    CallOutcome,
    Code,
    ConsentForm,
    ContactOutcome,
    ContactStep,
    DeliveryMode,
    Digest,
    EnquiryChannel,
    EnquiryOutcome,
    FindingWay,
    Number,
    OutreachOutcome,
    Purpose,
)
from contracts.personal import Address, Contact, EnquiryAnswer, FileOpening
from contracts.sealed import Sealed


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


class ApplicationSubmittedV1(Event, aggregate="application", fact="submitted", version=1):
    """An application came in; superseded by version 2, which splits the source from the entry point."""

    application_id: UUID
    number: Number
    region: Code
    child_id: UUID
    representative_id: UUID
    age_band: AgeBand
    source: Code
    submitted_at: AwareDatetime
    call_back_due: Moment
    contact: Sealed[Contact]

    def upcast(self) -> ApplicationSubmitted:
        source, _, entry_point = self.source.partition(":")
        return ApplicationSubmitted(
            **self.model_dump(exclude={"source", "contact", "call_back_due"}),
            contact=self.contact,
            call_back_due=self.call_back_due,
            source=ApplicationSource(source),
            entry_point=entry_point or None,
            territory=self.region,
        )


class ApplicationSubmitted(Event, aggregate="application", fact="submitted", version=2):
    """An application came in and waits for its call back (D2-13, D2-16, D2-17)."""

    application_id: UUID
    number: Number
    region: Code
    territory: Code
    child_id: UUID
    representative_id: UUID
    age_band: AgeBand
    source: ApplicationSource
    entry_point: Code | None = None
    submitted_at: AwareDatetime
    call_back_due: Moment
    contact: Sealed[Contact]

    def twins(self) -> tuple[Event, ...]:
        source = f"{self.source}:{self.entry_point}" if self.entry_point else str(self.source)
        kept = self.model_dump(exclude={"source", "entry_point", "territory", "contact", "call_back_due"})
        return (ApplicationSubmittedV1(**kept, contact=self.contact, call_back_due=self.call_back_due, source=source),)


class ApplicationRedirected(Event, aggregate="application", fact="redirected"):
    """The child is outside the service's age band; the family was shown the right service, not refused (D2-03)."""

    application_id: UUID
    region: Code
    age_band: AgeBand
    organisation_id: UUID | None
    source: ApplicationSource
    submitted_at: AwareDatetime


class ApplicationTaken(Event, aggregate="application", fact="taken"):
    """A coordinator of the coordination centre took the application (D2-23)."""

    application_id: UUID
    coordinator_id: UUID
    organisation_id: UUID
    taken_at: AwareDatetime


class CallRecorded(Event, aggregate="application", fact="call_recorded"):
    """A call back was made (D2-17, D2-18). Only a reached family ends the call-back deadline."""

    application_id: UUID
    region: Code
    outcome: CallOutcome
    called_at: AwareDatetime
    due_at: AwareDatetime
    on_time: bool
    first_appointment_due: Moment | None = None


class ApplicationHandedOver(Event, aggregate="application", fact="handed_over"):
    """The coordinator handed the application to a territorial service, which must now accept it (D2-23)."""

    application_id: UUID
    region: Code
    coordinator_id: UUID
    coordinating_organisation_id: UUID
    serving_organisation_id: UUID
    territory: Code
    acceptance_due: Moment
    first_appointment_due: Moment


class ApplicationReturned(Event, aggregate="application", fact="returned"):
    """The territorial service returned the application; the reason is a code of the pack."""

    application_id: UUID
    serving_organisation_id: UUID
    reason_code: Code
    returned_at: AwareDatetime


class ApplicationAccepted(Event, aggregate="application", fact="accepted"):
    """The territorial service accepted: a case file opens from this fact, exactly once (D0-24, D0-32, D3-34)."""

    application_id: UUID
    number: Number
    region: Code
    territory: Code
    child_id: UUID
    representative_id: UUID
    age_band: AgeBand
    coordinator_id: UUID
    coordinating_organisation_id: UUID
    serving_organisation_id: UUID
    accepted_at: AwareDatetime
    first_appointment_due: Moment
    opening: Sealed[FileOpening]


class ApplicationWithdrawn(Event, aggregate="application", fact="withdrawn"):
    """The family withdrew its application."""

    application_id: UUID
    region: Code
    withdrawn_at: AwareDatetime


class ApplicationDeadlineMoved(Event, aggregate="application", fact="deadline_moved"):
    """A deadline was computed again because a calendar or term changed; replaces the moment told before."""

    application_id: UUID
    kind: Literal["call_back", "acceptance", "first_appointment"]
    due: Moment
    moved_at: AwareDatetime


class ConsentTicked(Event, aggregate="application", fact="consent_ticked"):
    """A consent document of one purpose was given with the application (D0-22); a tick is not a written consent."""

    application_id: UUID
    consent_id: UUID
    child_id: UUID
    representative_id: UUID
    purpose: Purpose
    form: ConsentForm
    text_version: Code
    text_hash: Digest
    given_at: AwareDatetime


class AccountBound(Event, aggregate="principal", fact="account_bound"):
    """A portal account was bound to a representative by a one-time code; an equal e-mail or name binds nothing."""

    principal_id: UUID
    representative_id: UUID
    child_id: UUID
    way: Literal["code_by_contact", "code_in_person"]
    bound_at: AwareDatetime


class EnquiryRegistered(Event, aggregate="enquiry", fact="registered"):
    """A question stands in the journal and has its due time (D1-11, D1-14…D1-16). Without a contact where anonymous.

    ``theme`` and ``help_kind`` are codes of the pack's two dictionaries; None until somebody has read the letter.
    """

    enquiry_id: UUID
    number: Number
    region: Code
    territory: Code
    organisation_id: UUID
    person_id: UUID | None
    channel: EnquiryChannel
    theme: Code | None = None
    help_kind: Code | None = None
    anonymous: bool = False
    complaint: bool = False
    registered_at: AwareDatetime
    due: Moment
    contact: Sealed[Contact] | None = None


class EnquiryClassified(Event, aggregate="enquiry", fact="classified"):
    """Theme, kind of help or the complaint flag were set or corrected; a complaint runs by its own term (59-FZ)."""

    enquiry_id: UUID
    theme: Code | None
    help_kind: Code | None
    complaint: bool
    due: Moment


class EnquiryAssigned(Event, aggregate="enquiry", fact="assigned"):
    """The competent specialist was made responsible, or another one in his or her stead (D1-20)."""

    enquiry_id: UUID
    specialist_id: UUID
    assigned_at: AwareDatetime


class EnquiryServed(Event, aggregate="enquiry", fact="served"):
    """The specialist works on the question (D1-20). Again after the family asked on: then with a new due time."""

    enquiry_id: UUID
    serving_since: AwareDatetime
    due: Moment


class EnquiryAnswered(Event, aggregate="enquiry", fact="answered"):
    """The answer is written and leaves by this channel (D1-17); the text travels only where notifications send it."""

    enquiry_id: UUID
    number: Number
    region: Code
    territory: Code
    organisation_id: UUID
    person_id: UUID | None
    channel: EnquiryChannel
    answered_at: AwareDatetime
    contact: Sealed[Contact] | None = None
    answer: Sealed[EnquiryAnswer] | None = None


class EnquiryAnswerGiven(Event, aggregate="enquiry", fact="answer_given"):
    """The person has the answer: told, shown, or taken by the channel. Only this ends the due time."""

    enquiry_id: UUID
    channel: EnquiryChannel
    given_at: AwareDatetime
    due_at: AwareDatetime
    on_time: bool


class EnquiryResultRecorded(Event, aggregate="enquiry", fact="result_recorded"):
    """The result stands in the journal: the last of the five steps (D0-37, D1-20)."""

    enquiry_id: UUID
    outcome: EnquiryOutcome
    recorded_at: AwareDatetime


class EnquiryAsked(Event, aggregate="enquiry", fact="asked"):
    """The family wrote on in its thread (D0-11)."""

    enquiry_id: UUID
    asked_at: AwareDatetime


class EnquiryAmended(Event, aggregate="enquiry", fact="amended"):
    """A column of the journal was corrected by a visible amendment; ``outcome`` as it stands now."""

    enquiry_id: UUID
    position: int
    column: Literal[
        "name", "phone", "email", "address", "status", "reason", "theme", "help_kind", "complaint", "result", "outcome"
    ]
    outcome: EnquiryOutcome | None
    amended_at: AwareDatetime


class EnquiryDueMoved(Event, aggregate="enquiry", fact="due_moved"):
    """The due time was computed again because a calendar or term changed."""

    enquiry_id: UUID
    due: Moment
    moved_at: AwareDatetime


class PublicAnswerPublished(Event, aggregate="public_answer", fact="published"):
    """An editor published a depersonalised question with its answer (D0-11)."""

    public_answer_id: UUID
    region: Code
    organisation_id: UUID
    theme: Code
    published_at: AwareDatetime


class PublicAnswerDrafted(Event, aggregate="public_answer", fact="drafted"):
    """Staff proposed a depersonalised question with its answer for publication."""

    public_answer_id: UUID
    region: Code
    organisation_id: UUID
    theme: Code
    drafted_at: AwareDatetime


class PublicAnswerWithdrawn(Event, aggregate="public_answer", fact="withdrawn"):
    """A published question and answer was taken down."""

    public_answer_id: UUID
    region: Code
    withdrawn_at: AwareDatetime


class ReferralReceived(Event, aggregate="referral", fact="received"):
    """An agency told of a family, or we told an agency (D0-10, D2-07, D4-33); waits for the receiver's answer.

    ``kind``, ``department`` and ``branch`` are codes of the pack; ``ground`` is why the data may travel.
    """

    referral_id: UUID
    number: Number
    region: Code
    territory: Code
    kind: Code
    department: Code
    way: FindingWay
    branch: Code | None = None
    sender_id: UUID | None
    receiver_id: UUID
    child_id: UUID
    ground: Code
    received_at: AwareDatetime
    answer_due: Moment


class ReferralAccepted(Event, aggregate="referral", fact="accepted"):
    """The receiver takes the referral on (T13)."""

    referral_id: UUID
    accepted_at: AwareDatetime
    due_at: AwareDatetime
    on_time: bool
    outreach_id: UUID | None = None


class ReferralDeclined(Event, aggregate="referral", fact="declined"):
    """The receiver declines, with a reason of the pack (T13)."""

    referral_id: UUID
    reason: Code
    declined_at: AwareDatetime
    due_at: AwareDatetime
    on_time: bool


class ReferralRevoked(Event, aggregate="referral", fact="revoked"):
    """The sender takes the referral back; the receiver sees it at once (T13)."""

    referral_id: UUID
    reason: Code
    revoked_at: AwareDatetime


class ReferralDone(Event, aggregate="referral", fact="done"):
    """What the referral asked for is done."""

    referral_id: UUID
    result: Code
    done_at: AwareDatetime


class ReferralAnswerOverdue(Event, aggregate="referral", fact="answer_overdue"):
    """The receiver's term for an answer passed without one."""

    referral_id: UUID
    receiver_id: UUID
    due_at: AwareDatetime


class ReferralGroundEnded(Event, aggregate="referral", fact="ground_ended"):
    """The consent the data travelled on was withdrawn; the receiver no longer reads them."""

    referral_id: UUID
    ended_at: AwareDatetime


class IpraExtractReceived(Event, aggregate="ipra_extract", fact="received"):
    """An extract of an IPRA came in (D3-24); ``in_force`` is False where a newer one was here already."""

    extract_id: UUID
    region: Code
    territory: Code
    organisation_id: UUID
    child_id: UUID
    age_band: AgeBand
    issued_on: date
    valid_until: date | None = None
    in_force: bool
    received_at: AwareDatetime


class IpraExtractSuperseded(Event, aggregate="ipra_extract", fact="superseded"):
    """A newer extract of the same child replaces this one."""

    extract_id: UUID
    superseded_by: UUID
    superseded_at: AwareDatetime


class IpraExecutionRecorded(Event, aggregate="ipra_extract", fact="execution_recorded"):
    """A measure of the IPRA was executed or not (D3-24, the outgoing half); ``reason`` where not."""

    extract_id: UUID
    measure: int
    executed: bool
    reason: Code | None = None
    executed_on: date
    recorded_at: AwareDatetime


class OutreachOpened(Event, aggregate="outreach", fact="opened"):
    """A family was found and will be told what it may have (D3-14…D3-16); work starts within its term (D3-15)."""

    outreach_id: UUID
    region: Code
    territory: Code
    organisation_id: UUID
    child_id: UUID
    age_band: AgeBand
    way: FindingWay
    origin_id: UUID | None
    responsible_id: UUID | None = None
    found_at: AwareDatetime
    start_due: Moment


class OutreachAssigned(Event, aggregate="outreach", fact="assigned"):
    """A person responsible for finding families has this one now (D3-13)."""

    outreach_id: UUID
    responsible_id: UUID
    assigned_at: AwareDatetime


class OutreachAttempted(Event, aggregate="outreach", fact="attempted"):
    """One attempt to reach the family (D3-16); the first one says whether work started on time (D3-15)."""

    outreach_id: UUID
    step: ContactStep
    position: int
    outcome: ContactOutcome
    attempted_at: AwareDatetime
    next_try_at: AwareDatetime | None = None
    started_on_time: bool | None = None


class OutreachStepOpened(Event, aggregate="outreach", fact="step_opened"):
    """The next step of the ladder is open (D3-19, D3-20).

    A visit carries where to drive and whom to ask for; a letter the address; nothing else of the family.
    """

    outreach_id: UUID
    region: Code
    territory: Code
    organisation_id: UUID
    step: ContactStep
    because: Code
    meeting: bool
    due: Moment
    contact: Sealed[Contact] | None = None
    address: Sealed[Address] | None = None


class OutreachStepSkipped(Event, aggregate="outreach", fact="step_skipped"):
    """A step of the ladder was passed over; the reason is a code of the pack."""

    outreach_id: UUID
    step: ContactStep
    reason: Code
    skipped_at: AwareDatetime


class OutreachNotified(Event, aggregate="outreach", fact="notified"):
    """The family knows that it may have accompaniment: the fact of notification (D3-18)."""

    outreach_id: UUID
    step: ContactStep
    notified_at: AwareDatetime


class OutreachLetterPosted(Event, aggregate="outreach", fact="letter_posted"):
    """The letter was handed to the post; its tracking number stands with the outreach (D3-20)."""

    outreach_id: UUID
    letter_id: UUID
    posted_on: date


class OutreachMeetingAgreed(Event, aggregate="outreach", fact="meeting_agreed"):
    """The family agreed; date and time of the meeting are fixed (D3-17)."""

    outreach_id: UUID
    organisation_id: UUID
    territory: Code
    meets_at: AwareDatetime
    place: DeliveryMode


class OutreachMet(Event, aggregate="outreach", fact="met"):
    """The meeting took place; the survey is due the same day (D3-19, D3-21)."""

    outreach_id: UUID
    met_at: AwareDatetime
    place: DeliveryMode
    survey_due: Moment


class OutreachSurveyed(Event, aggregate="outreach", fact="surveyed"):
    """The survey of the meeting is entered; what the family needs stays sealed (D3-21)."""

    outreach_id: UUID
    surveyed_at: AwareDatetime
    same_day: bool


class OutreachStageDone(Event, aggregate="outreach", fact="stage_done"):
    """One of the seven stages of finding is done (D3-43)."""

    outreach_id: UUID
    stage: Code
    done_at: AwareDatetime


class OutreachOverdue(Event, aggregate="outreach", fact="overdue"):
    """A step's term passed without an attempt."""

    outreach_id: UUID
    step: ContactStep
    due_at: AwareDatetime


class OutreachLed(Event, aggregate="outreach", fact="led"):
    """An application was filed for the family that agreed."""

    outreach_id: UUID
    application_id: UUID
    led_at: AwareDatetime


class OutreachClosed(Event, aggregate="outreach", fact="closed"):
    """Outreach ended without agreement; ``reason`` where it was broken off or refused for a stated reason."""

    outreach_id: UUID
    outcome: OutreachOutcome
    reason: Code | None = None
    notified: bool
    closed_at: AwareDatetime


class DiagnosisProtocolAttached(Event, aggregate="application", fact="protocol_attached"):
    """The joint protocol of announcing a diagnosis lies with the application (D2-08); the file stays in intake."""

    application_id: UUID
    child_id: UUID
    file_id: UUID
    attached_at: AwareDatetime


class ApplicationDuplicateLinked(Event, aggregate="application", fact="duplicate_linked"):
    """An earlier application looks like the same child's: linked, never refused; a person confirms or rejects it."""

    application_id: UUID
    earlier_application_id: UUID
    state: Literal["found", "confirmed", "rejected"]
    linked_at: AwareDatetime


class ApplicationTerritoriesSet(Event, aggregate="application", fact="territories_set"):
    """Where the family lives and who answers for it are two territories (T15)."""

    application_id: UUID
    residence_territory: Code
    responsible_territory: Code
    set_at: AwareDatetime


class QuestionnaireDrafted(Event, aggregate="questionnaire", fact="drafted"):
    """The account wrote down or changed its child's questionnaire; nobody else sees it yet (D0-18…D0-21)."""

    questionnaire_id: UUID
    region: Code
    drafted_at: AwareDatetime


class QuestionnaireSent(Event, aggregate="questionnaire", fact="sent"):
    """The family consented and sent the questionnaire; the consultant of the sector answers by ``due`` (D0-22)."""

    questionnaire_id: UUID
    region: Code
    territory: Code
    organisation_id: UUID
    consultant_id: UUID
    child_id: UUID
    representative_id: UUID
    sent_at: AwareDatetime
    due: Moment


class QuestionnaireReturned(Event, aggregate="questionnaire", fact="returned"):
    """The consultant asks the family to correct something; ``reason_code`` is of the pack."""

    questionnaire_id: UUID
    region: Code
    reason_code: Code
    returned_at: AwareDatetime


class QuestionnaireAccepted(Event, aggregate="questionnaire", fact="accepted"):
    """The consultant accepted the questionnaire: a personal file is formed from it (D0-24)."""

    questionnaire_id: UUID
    region: Code
    territory: Code
    organisation_id: UUID
    consultant_id: UUID
    child_id: UUID
    representative_id: UUID
    accepted_at: AwareDatetime
    opening: Sealed[FileOpening]


class HealthConsentSeen(Event, aggregate="questionnaire", fact="health_consent_seen"):
    """Staff saw the written consent for health data; from now on the consultant may read the diagnosis."""

    questionnaire_id: UUID
    child_id: UUID
    seen_at: AwareDatetime


class StatusDocumentExpiring(Event, aggregate="questionnaire", fact="status_document_expiring"):
    """The document of the child's status ends soon (D0-19); the family is reminded."""

    questionnaire_id: UUID
    region: Code
    child_id: UUID
    representative_id: UUID
    ends_at: AwareDatetime


class DataChangeRequested(Event, aggregate="data_change", fact="requested"):
    """The family asked to change its data; a consultant decides (D0-17). ``fields`` are codes of the questionnaire."""

    data_change_id: UUID
    questionnaire_id: UUID
    region: Code
    child_id: UUID
    fields: frozenset[Code]
    requested_at: AwareDatetime
    due: Moment


class DataChangeDecided(Event, aggregate="data_change", fact="decided"):
    """The consultant decided, or the family took the request back (D0-17)."""

    data_change_id: UUID
    questionnaire_id: UUID
    region: Code
    child_id: UUID
    decision: Literal["accepted", "declined", "withdrawn"]
    reason_code: Code | None = None
    decided_at: AwareDatetime


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
