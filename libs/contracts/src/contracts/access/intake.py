"""What may be done in intake, room by room."""

from __future__ import annotations

from contracts.access.words import CORE, FULL, REACH, STAFF, Relation, Role, grant

_FINDERS = (Role.COORDINATOR, Role.HEAD)
"""Who answers for families an agency or an extract told of."""

_OPEN_TO_ALL = (("form", "read"), ("territory", "read"), ("organisation", "read"), ("application", "submit"))
_ENQUIRY_DOORS = (("enquiry", "submit"), ("public_answer", "read"))

OPEN = (
    *(
        grant(role, *line, Relation.ANY)
        for role in Role
        if role is not Role.SYSTEM
        for line in (*_OPEN_TO_ALL, *_ENQUIRY_DOORS)
    ),
    grant(Role.PUBLIC, "application", "status attach withdraw", Relation.TOKEN, REACH),
    grant(Role.PUBLIC, "enquiry", "status follow_up", Relation.TOKEN, CORE),
)

ACCOUNTS = tuple(
    grant(role, "account", "register read bind", Relation.SELF)
    for role in Role
    if role not in {Role.PUBLIC, Role.SYSTEM}
)

WORKLISTS = (
    *(grant(role, "worklist", "read", Relation.ANY) for role in (*STAFF, Role.HOST)),
    # Opens the door only: each item is asked for by the permission of its own single command.
    *(grant(role, "worklist", "assign", Relation.ANY) for role in (Role.COORDINATOR, Role.HEAD)),
)

INTAKE = (
    grant(Role.COORDINATOR, "application", "read take assign call hand_over bind", Relation.ORGANISATION, FULL),
    grant(Role.HEAD, "application", "read accept return bind", Relation.SERVING, FULL),
    grant(Role.SPECIALIST, "application", "read accept return bind", Relation.SERVING, FULL),
    grant(Role.HEAD, "application", "read assign", Relation.ORGANISATION, REACH),
    grant(Role.MANAGER, "application", "read", Relation.TERRITORY, CORE),
    grant(Role.FAMILY, "application", "read withdraw", Relation.CHILD, FULL),
    grant(Role.ADMINISTRATOR, "staff", "read manage", Relation.ANY),
    grant(Role.HEAD, "staff", "read", Relation.ORGANISATION),
    grant(Role.MANAGER, "staff", "read", Relation.TERRITORY),
    grant(Role.ADMINISTRATOR, "organisation", "manage", Relation.ANY),
)

ENQUIRIES = (
    *(
        grant(
            role,
            "enquiry",
            "read register assign serve answer close amend attach export",
            Relation.ORGANISATION,
            FULL,
        )
        for role in (Role.COORDINATOR, Role.HEAD)
    ),
    # A specialist registers whoever calls, and opens what he or she was made responsible for.
    grant(Role.SPECIALIST, "enquiry", "read register", Relation.ORGANISATION),
    grant(Role.SPECIALIST, "enquiry", "read serve answer close amend attach", Relation.COORDINATOR, FULL),
    grant(Role.MANAGER, "enquiry", "read", Relation.TERRITORY),
    grant(Role.ACCOUNT, "enquiry", "status follow_up own", Relation.SELF),
    *(
        grant(role, "public_answer", "draft", Relation.ORGANISATION)
        for role in (Role.COORDINATOR, Role.SPECIALIST, Role.HEAD)
    ),
    grant(Role.EDITOR, "public_answer", "publish withdraw", Relation.ORGANISATION),
)

REFERRALS = (
    # The sender's side and the receiver's side of one referral; both see the state at once (T13).
    *(grant(role, "referral", "read register revoke relay", Relation.ORGANISATION, FULL) for role in _FINDERS),
    *(grant(role, "referral", "read register accept decline complete", Relation.SERVING, FULL) for role in _FINDERS),
    grant(Role.SPECIALIST, "referral", "register", Relation.SERVING, FULL),
    grant(Role.MANAGER, "referral", "read", Relation.TERRITORY),
    grant(Role.AGENCY, "referral", "read submit revoke", Relation.ORGANISATION),
    grant(Role.AGENCY, "referral", "read accept decline complete", Relation.SERVING, FULL),
    *(grant(role, "ipra_extract", "read execute", Relation.ORGANISATION, FULL) for role in _FINDERS),
    grant(Role.MANAGER, "ipra_extract", "read", Relation.TERRITORY),
    *(grant(role, "ipra_import", "read register correct", Relation.ORGANISATION) for role in _FINDERS),
    grant(Role.AGENCY, "ipra_import", "read submit", Relation.ORGANISATION),
    *(grant(role, "ipra_return", "read make", Relation.ORGANISATION) for role in _FINDERS),
    grant(Role.ADMINISTRATOR, "agency_endpoint", "read register change", Relation.ANY),
    grant(Role.AGENCY, "agency_endpoint", "read", Relation.ORGANISATION),
)

OUTREACH = (
    *(grant(role, "outreach", "read open work assign export", Relation.ORGANISATION, FULL) for role in _FINDERS),
    grant(Role.SPECIALIST, "outreach", "open", Relation.ORGANISATION),
    grant(Role.SPECIALIST, "outreach", "read work", Relation.COORDINATOR, FULL),
    grant(Role.MANAGER, "outreach", "read", Relation.TERRITORY),
    *(grant(role, "finder", "read", Relation.ORGANISATION) for role in _FINDERS),
    grant(Role.HEAD, "finder", "register change", Relation.ORGANISATION),
)

FILING = (
    grant(Role.FAMILY, "application", "withdraw_own", Relation.CHILD, FULL),
    grant(Role.DOCTOR, "application", "read attach_protocol", Relation.SELF, REACH),
    grant(
        Role.COORDINATOR, "application", "attach_protocol set_territories judge_duplicate", Relation.ORGANISATION, FULL
    ),
)

SEARCH = (
    grant(Role.COORDINATOR, "application_search", "read", Relation.ORGANISATION),
    grant(Role.HEAD, "application_search", "read", Relation.ORGANISATION),
    grant(Role.HEAD, "application_search", "read", Relation.SERVING),
    grant(Role.SPECIALIST, "application_search", "read", Relation.SERVING),
    *(
        grant(role, "enquiry_search", "read", Relation.ORGANISATION)
        for role in (Role.COORDINATOR, Role.SPECIALIST, Role.HEAD)
    ),
)

DIRECTORY = (
    grant(Role.ADMINISTRATOR, "organisation", "register", Relation.ANY),
    grant(Role.ADMINISTRATOR, "agreement", "read register end", Relation.ANY),
    grant(Role.HEAD, "agreement", "read register end", Relation.ORGANISATION),
    grant(Role.COORDINATOR, "agreement", "read", Relation.ORGANISATION),
    grant(Role.MANAGER, "agreement", "read", Relation.TERRITORY),
    *(grant(role, "resource_map", "read", Relation.ANY) for role in Role if role is not Role.SYSTEM),
    *(
        grant(role, "resource_map", "register keep", Relation.ORGANISATION)
        for role in (Role.COORDINATOR, Role.SPECIALIST, Role.HEAD)
    ),
)

PORTAL = (
    *(grant(role, "account", "prefer", Relation.SELF) for role in Role if role not in {Role.PUBLIC, Role.SYSTEM}),
    grant(Role.ACCOUNT, "questionnaire", "read draft edit send withdraw_consent", Relation.SELF, FULL),
    grant(Role.COORDINATOR, "questionnaire", "read decide withdraw_consent", Relation.ORGANISATION, FULL),
    grant(Role.HEAD, "questionnaire", "read", Relation.ORGANISATION, REACH),
    grant(Role.MANAGER, "questionnaire", "read", Relation.TERRITORY),
    grant(Role.ACCOUNT, "data_change", "read submit withdraw", Relation.SELF, FULL),
    grant(Role.COORDINATOR, "data_change", "read decide", Relation.ORGANISATION, FULL),
)
