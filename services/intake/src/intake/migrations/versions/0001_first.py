"""Applications, the directory and portal accounts."""

from alembic import op
from chassis.run.migrations import platform_tables

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = (
    """CREATE TABLE applications (
    number VARCHAR NOT NULL,
    region VARCHAR NOT NULL,
    territory VARCHAR NOT NULL,
    state VARCHAR(64) NOT NULL,
    source VARCHAR(64) NOT NULL,
    entry_point VARCHAR,
    age_band VARCHAR(64) NOT NULL,
    child_id UUID NOT NULL,
    representative_id UUID NOT NULL,
    organisation_id UUID NOT NULL,
    serving_organisation_id UUID,
    coordinator_id UUID,
    token_digest VARCHAR NOT NULL,
    registered_in_region BOOLEAN NOT NULL,
    submitted_at TIMESTAMP WITH TIME ZONE NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE NOT NULL,
    return_reason VARCHAR,
    closed_at TIMESTAMP WITH TIME ZONE,
    appointment_at TIMESTAMP WITH TIME ZONE,
    health_consent_ids UUID[] NOT NULL,
    representative JSONB NOT NULL,
    child JSONB NOT NULL,
    home JSONB,
    words JSONB,
    health JSONB,
    id UUID NOT NULL,
    version INTEGER NOT NULL,
    CONSTRAINT pk_applications PRIMARY KEY (id),
    CONSTRAINT ck_applications_served_by_somebody CHECK (
        state NOT IN ('handed_over', 'accepted') OR (coordinator_id IS NOT NULL AND serving_organisation_id IS NOT NULL)
    ),
    CONSTRAINT uq_applications_number UNIQUE (number),
    CONSTRAINT uq_applications_token_digest UNIQUE (token_digest)
)""",
    "CREATE INDEX ix_applications_child_id ON applications (child_id)",
    "CREATE INDEX ix_applications_organisation_id ON applications (organisation_id)",
    "CREATE INDEX ix_applications_region_due_at ON applications (region, due_at)",
    "CREATE INDEX ix_applications_serving_organisation_id ON applications (serving_organisation_id)",
    """CREATE TABLE binding_codes (
    selector VARCHAR NOT NULL,
    digest VARCHAR NOT NULL,
    application_id UUID NOT NULL,
    child_id UUID NOT NULL,
    representative_id UUID NOT NULL,
    way VARCHAR NOT NULL,
    issued_by UUID NOT NULL,
    issued_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    attempts INTEGER NOT NULL,
    used_at TIMESTAMP WITH TIME ZONE,
    revoked_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_binding_codes PRIMARY KEY (selector)
)""",
    "CREATE INDEX ix_binding_codes_application_id ON binding_codes (application_id)",
    """CREATE TABLE calendar_prints (
    region VARCHAR NOT NULL,
    fingerprint VARCHAR NOT NULL,
    computed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_calendar_prints PRIMARY KEY (region)
)""",
    """CREATE TABLE number_counters (
    region VARCHAR NOT NULL,
    year INTEGER NOT NULL,
    last INTEGER NOT NULL,
    CONSTRAINT pk_number_counters PRIMARY KEY (region, year)
)""",
    """CREATE TABLE organisations (
    code VARCHAR NOT NULL,
    region VARCHAR NOT NULL,
    territory VARCHAR NOT NULL,
    title VARCHAR NOT NULL,
    roles TEXT[] NOT NULL,
    serves TEXT[] NOT NULL,
    age_bands TEXT[] NOT NULL,
    address VARCHAR NOT NULL,
    latitude DOUBLE PRECISION,
    longitude DOUBLE PRECISION,
    phone VARCHAR,
    active BOOLEAN NOT NULL,
    id UUID NOT NULL,
    version INTEGER NOT NULL,
    CONSTRAINT pk_organisations PRIMARY KEY (id),
    CONSTRAINT uq_organisations_code UNIQUE (code)
)""",
    """CREATE TABLE principals (
    subject_digest VARCHAR NOT NULL,
    name VARCHAR,
    position VARCHAR,
    region VARCHAR,
    territory VARCHAR,
    organisation_id UUID,
    roles TEXT[] NOT NULL,
    organisation_ids UUID[] NOT NULL,
    territories TEXT[] NOT NULL,
    child_ids UUID[] NOT NULL,
    specialist_id UUID,
    active BOOLEAN NOT NULL,
    pack_print VARCHAR,
    id UUID NOT NULL,
    version INTEGER NOT NULL,
    CONSTRAINT pk_principals PRIMARY KEY (id),
    CONSTRAINT uq_principals_subject_digest UNIQUE (subject_digest)
)""",
    "CREATE INDEX ix_principals_organisation_id ON principals (organisation_id)",
    "CREATE INDEX ix_principals_region ON principals (region)",
    """CREATE TABLE attachments (
    blob_id UUID NOT NULL,
    application_id UUID NOT NULL,
    media_type VARCHAR NOT NULL,
    size INTEGER NOT NULL,
    attached_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_attachments PRIMARY KEY (blob_id),
    CONSTRAINT fk_attachments_application_id_applications FOREIGN KEY(application_id) REFERENCES applications (id)
)""",
    "CREATE INDEX ix_attachments_application_id ON attachments (application_id)",
    """CREATE TABLE bindings (
    principal_id UUID NOT NULL,
    child_id UUID NOT NULL,
    representative_id UUID NOT NULL,
    application_id UUID NOT NULL,
    way VARCHAR NOT NULL,
    bound_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_bindings PRIMARY KEY (principal_id, child_id),
    CONSTRAINT fk_bindings_principal_id_principals FOREIGN KEY(principal_id) REFERENCES principals (id)
)""",
    """CREATE TABLE call_attempts (
    id UUID NOT NULL,
    application_id UUID NOT NULL,
    outcome VARCHAR(64) NOT NULL,
    called_at TIMESTAMP WITH TIME ZONE NOT NULL,
    called_by UUID NOT NULL,
    explanation_given BOOLEAN NOT NULL,
    CONSTRAINT pk_call_attempts PRIMARY KEY (id),
    CONSTRAINT fk_call_attempts_application_id_applications FOREIGN KEY(application_id) REFERENCES applications (id)
)""",
    "CREATE INDEX ix_call_attempts_application_id ON call_attempts (application_id)",
    """CREATE TABLE consents (
    id UUID NOT NULL,
    application_id UUID NOT NULL,
    purpose VARCHAR(64) NOT NULL,
    form VARCHAR(64) NOT NULL,
    text_version VARCHAR NOT NULL,
    text_hash VARCHAR NOT NULL,
    given_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_consents PRIMARY KEY (id),
    CONSTRAINT uq_consents_application_id_purpose UNIQUE (application_id, purpose),
    CONSTRAINT fk_consents_application_id_applications FOREIGN KEY(application_id) REFERENCES applications (id)
)""",
    """CREATE TABLE deadline_changes (
    id UUID NOT NULL,
    application_id UUID NOT NULL,
    kind VARCHAR(64) NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    due_before TIMESTAMP WITH TIME ZONE NOT NULL,
    due_after TIMESTAMP WITH TIME ZONE NOT NULL,
    explanation_before JSONB NOT NULL,
    reason VARCHAR NOT NULL,
    CONSTRAINT pk_deadline_changes PRIMARY KEY (id),
    CONSTRAINT fk_deadline_changes_application_id_applications FOREIGN KEY(application_id) REFERENCES applications (id)
)""",
    "CREATE INDEX ix_deadline_changes_application_id ON deadline_changes (application_id)",
    """CREATE TABLE deadlines (
    application_id UUID NOT NULL,
    kind VARCHAR(64) NOT NULL,
    started_at TIMESTAMP WITH TIME ZONE NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE NOT NULL,
    done_at TIMESTAMP WITH TIME ZONE,
    escalated_at TIMESTAMP WITH TIME ZONE,
    provisional BOOLEAN NOT NULL,
    explanation JSONB NOT NULL,
    CONSTRAINT pk_deadlines PRIMARY KEY (application_id, kind),
    CONSTRAINT fk_deadlines_application_id_applications FOREIGN KEY(application_id) REFERENCES applications (id)
)""",
)


def upgrade() -> None:
    platform_tables(op, owns_keys=True)
    for statement in TABLES:
        op.execute(statement)
