"""What may be done in the other services."""

from __future__ import annotations

from contracts.access.words import CORE, FULL, REACH, STAFF, Relation, Role, grant

CASES = (
    grant(Role.COORDINATOR, "case_file", "read", Relation.ORGANISATION, REACH),
    grant(Role.COORDINATOR, "case_file", "read record fix_team", Relation.COORDINATOR, FULL),
    grant(Role.SPECIALIST, "case_file", "read record recognise fix_team", Relation.SERVING, FULL),
    grant(Role.SPECIALIST, "case_file", "read record recognise", Relation.TEAM, FULL),
    grant(Role.HEAD, "case_file", "read record recognise fix_team", Relation.SERVING, FULL),
    grant(Role.HEAD, "case_file", "read", Relation.ORGANISATION, REACH),
    grant(Role.MANAGER, "case_file", "read", Relation.TERRITORY, CORE),
    grant(Role.FAMILY, "case_file", "read", Relation.CHILD, FULL),
    grant(Role.FAMILY, "readers", "read", Relation.CHILD),
    grant(Role.HEAD, "readers", "read", Relation.SERVING),
    grant(Role.FAMILY, "consent", "withdraw", Relation.CHILD),
    grant(Role.COORDINATOR, "consent", "record withdraw", Relation.COORDINATOR),
    grant(Role.SPECIALIST, "consent", "record withdraw", Relation.SERVING),
    grant(Role.HEAD, "consent", "record withdraw", Relation.SERVING),
    grant(Role.SPECIALIST, "assessment", "record", Relation.SERVING),
    grant(Role.HEAD, "assessment", "record", Relation.SERVING),
    grant(Role.SPECIALIST, "programme", "draft edit sign correct", Relation.SERVING),
    grant(Role.HEAD, "programme", "draft edit sign approve correct", Relation.SERVING),
    grant(Role.SPECIALIST, "delivery", "record", Relation.SERVING),
    grant(Role.HEAD, "delivery", "record", Relation.SERVING),
    grant(Role.SPECIALIST, "urgent_act", "sign", Relation.SERVING),
    grant(Role.HEAD, "urgent_act", "sign settle", Relation.SERVING),
)

SCHEDULING = (
    *(grant(role, "specialist", "read", Relation.ORGANISATION) for role in STAFF),
    grant(Role.COORDINATOR, "specialist", "read", Relation.TERRITORY),
    grant(Role.MANAGER, "specialist", "read", Relation.TERRITORY),
    grant(Role.HEAD, "specialist", "manage", Relation.ORGANISATION),
    grant(Role.COORDINATOR, "appointment", "read book cancel", Relation.COORDINATOR, REACH),
    grant(Role.SPECIALIST, "appointment", "read book hold cancel", Relation.SERVING, REACH),
    grant(Role.HEAD, "appointment", "read book hold cancel", Relation.SERVING, REACH),
    grant(Role.FAMILY, "appointment", "read", Relation.CHILD, REACH),
    grant(Role.HEAD, "plan", "read make search accept publish", Relation.ORGANISATION),
    grant(Role.SPECIALIST, "plan", "read", Relation.ORGANISATION),
    grant(Role.MANAGER, "plan", "read", Relation.TERRITORY),
    grant(Role.HEAD, "trip", "read plan publish cancel", Relation.ORGANISATION),
    grant(Role.SPECIALIST, "trip", "read", Relation.ORGANISATION),
    grant(Role.SPECIALIST, "trip", "read", Relation.TEAM),
    grant(Role.HOST, "trip", "read confirm cancel", Relation.SERVING),
    grant(Role.MANAGER, "trip", "read", Relation.TERRITORY),
    grant(Role.HEAD, "visit", "read", Relation.ORGANISATION, REACH),
    grant(Role.COORDINATOR, "visit", "read", Relation.COORDINATOR, REACH),
    grant(Role.SPECIALIST, "visit", "read", Relation.TEAM, REACH),
    grant(Role.FAMILY, "visit", "read", Relation.CHILD, REACH),
    grant(Role.SPECIALIST, "day_sheet", "read report", Relation.TEAM, REACH),
    grant(Role.HEAD, "day_sheet", "read", Relation.ORGANISATION, REACH),
    grant(Role.HEAD, "sync_conflict", "read resolve", Relation.ORGANISATION),
    grant(Role.SPECIALIST, "sync_conflict", "read resolve", Relation.TEAM),
    grant(Role.FAMILY, "offer", "read accept", Relation.CHILD),
    grant(Role.HEAD, "offer", "read accept", Relation.ORGANISATION),
    grant(Role.COORDINATOR, "offer", "read accept", Relation.COORDINATOR),
)

NOTIFICATIONS = (
    grant(Role.COORDINATOR, "message", "read resend confirm", Relation.ORGANISATION, REACH),
    grant(Role.HEAD, "message", "read resend confirm", Relation.ORGANISATION, REACH),
    grant(Role.SPECIALIST, "message", "read", Relation.ORGANISATION),
    grant(Role.MANAGER, "message", "read", Relation.ORGANISATION),
    grant(Role.FAMILY, "message", "read", Relation.CHILD, REACH),
    grant(Role.COORDINATOR, "escalation", "read", Relation.ORGANISATION),
    grant(Role.HEAD, "escalation", "read", Relation.ORGANISATION),
    # Whoever must act is warned, at whichever organisation.
    grant(Role.COORDINATOR, "escalation", "read", Relation.COORDINATOR),
    grant(Role.SPECIALIST, "escalation", "read", Relation.COORDINATOR),
    grant(Role.MANAGER, "escalation", "read", Relation.TERRITORY),
)

REPORTING = (
    grant(Role.HEAD, "report", "read", Relation.ORGANISATION),
    grant(Role.MANAGER, "report", "read", Relation.TERRITORY),
)

OPERATIONS = (grant(Role.OPERATOR, "dead_letter", "read redrive discard", Relation.ANY),)
