"""Applications of doctors, duplicates and search; the wider directory; questionnaires of the portal."""

from alembic import op

revision = "0006"
down_revision = "0003"
branch_labels = None
depends_on = None

STATEMENTS = (
    """ALTER TABLE applications
    ADD COLUMN residence_territory VARCHAR,
    ADD COLUMN filed_by UUID,
    ADD COLUMN client_type VARCHAR,
    ADD COLUMN low_vision BOOLEAN NOT NULL DEFAULT false,
    ADD COLUMN protocol_due_at TIMESTAMP WITH TIME ZONE,
    ADD COLUMN protocol_explanation JSONB""",
    "UPDATE applications SET residence_territory = territory",
    "ALTER TABLE applications ALTER COLUMN residence_territory SET NOT NULL",
    "CREATE INDEX ix_applications_filed_by ON applications (filed_by)",
    "ALTER TABLE attachments ADD COLUMN kind VARCHAR(64) NOT NULL DEFAULT 'extract'",
    """CREATE TABLE application_duplicates (
    id UUID NOT NULL,
    application_id UUID NOT NULL,
    earlier_id UUID NOT NULL,
    state VARCHAR NOT NULL,
    reasons TEXT[] NOT NULL,
    found_at TIMESTAMP WITH TIME ZONE NOT NULL,
    judged_by UUID,
    judged_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_application_duplicates PRIMARY KEY (id),
    CONSTRAINT uq_application_duplicates_application_id_earlier_id UNIQUE (application_id, earlier_id),
    CONSTRAINT fk_application_duplicates_application_id_applications
        FOREIGN KEY(application_id) REFERENCES applications (id)
)""",
    """CREATE TABLE search_tokens (
    token BIGINT NOT NULL,
    application_id UUID NOT NULL,
    organisation_id UUID NOT NULL,
    serving_organisation_id UUID,
    CONSTRAINT pk_search_tokens PRIMARY KEY (token, application_id) INCLUDE (organisation_id, serving_organisation_id)
)""",
    "CREATE INDEX ix_search_tokens_application_id ON search_tokens (application_id)",
    """ALTER TABLE organisations
    ADD COLUMN email VARCHAR,
    ADD COLUMN site VARCHAR,
    ADD COLUMN director VARCHAR,
    ADD COLUMN themes TEXT[] NOT NULL DEFAULT '{}',
    ADD COLUMN gives TEXT[] NOT NULL DEFAULT '{}',
    ADD COLUMN pack_print VARCHAR""",
    """CREATE TABLE offices (
    organisation_id UUID NOT NULL,
    code VARCHAR NOT NULL,
    title VARCHAR NOT NULL,
    territory VARCHAR NOT NULL,
    address VARCHAR NOT NULL,
    latitude DOUBLE PRECISION,
    longitude DOUBLE PRECISION,
    phone VARCHAR,
    CONSTRAINT pk_offices PRIMARY KEY (organisation_id, code),
    CONSTRAINT fk_offices_organisation_id_organisations FOREIGN KEY(organisation_id) REFERENCES organisations (id)
)""",
    """CREATE TABLE agreements (
    region VARCHAR NOT NULL,
    kind VARCHAR(64) NOT NULL,
    number VARCHAR NOT NULL,
    from_organisation_id UUID NOT NULL,
    to_organisation_id UUID NOT NULL,
    signed_on DATE NOT NULL,
    valid_until DATE,
    ended_on DATE,
    id UUID NOT NULL,
    version INTEGER NOT NULL,
    CONSTRAINT pk_agreements PRIMARY KEY (id),
    CONSTRAINT fk_agreements_from_organisation_id_organisations
        FOREIGN KEY(from_organisation_id) REFERENCES organisations (id),
    CONSTRAINT fk_agreements_to_organisation_id_organisations
        FOREIGN KEY(to_organisation_id) REFERENCES organisations (id),
    CONSTRAINT ck_agreements_term CHECK (valid_until IS NULL OR valid_until >= signed_on),
    CONSTRAINT uq_agreements_from_organisation_id_number UNIQUE (from_organisation_id, number)
)""",
    "CREATE INDEX ix_agreements_to_organisation_id ON agreements (to_organisation_id)",
    """CREATE TABLE resources (
    region VARCHAR NOT NULL,
    territory VARCHAR NOT NULL,
    organisation_id UUID NOT NULL,
    kind VARCHAR(64) NOT NULL,
    theme VARCHAR NOT NULL,
    title VARCHAR NOT NULL,
    address VARCHAR NOT NULL,
    latitude DOUBLE PRECISION,
    longitude DOUBLE PRECISION,
    contact VARCHAR,
    free BOOLEAN NOT NULL,
    age_bands TEXT[] NOT NULL,
    checked_on DATE NOT NULL,
    active BOOLEAN NOT NULL,
    id UUID NOT NULL,
    version INTEGER NOT NULL,
    CONSTRAINT pk_resources PRIMARY KEY (id),
    CONSTRAINT fk_resources_organisation_id_organisations
        FOREIGN KEY(organisation_id) REFERENCES organisations (id)
)""",
    "CREATE INDEX ix_resources_region_territory ON resources (region, territory)",
    """CREATE TABLE preferences (
    principal_id UUID NOT NULL,
    low_vision BOOLEAN NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_preferences PRIMARY KEY (principal_id),
    CONSTRAINT fk_preferences_principal_id_principals FOREIGN KEY(principal_id) REFERENCES principals (id)
)""",
    """CREATE TABLE questionnaires (
    region VARCHAR NOT NULL,
    state VARCHAR(64) NOT NULL,
    principal_id UUID NOT NULL,
    child_id UUID NOT NULL,
    representative_id UUID NOT NULL,
    district VARCHAR,
    territory VARCHAR,
    organisation_id UUID,
    consultant_id UUID,
    sent_at TIMESTAMP WITH TIME ZONE,
    due_at TIMESTAMP WITH TIME ZONE,
    explanation JSONB,
    return_reason VARCHAR,
    health_consent_at TIMESTAMP WITH TIME ZONE,
    document_ends_at TIMESTAMP WITH TIME ZONE,
    drafted_at TIMESTAMP WITH TIME ZONE NOT NULL,
    identity JSONB NOT NULL,
    illness JSONB NOT NULL,
    parents JSONB NOT NULL,
    note JSONB NOT NULL,
    id UUID NOT NULL,
    version INTEGER NOT NULL,
    CONSTRAINT pk_questionnaires PRIMARY KEY (id),
    CONSTRAINT ck_questionnaires_answered_for CHECK (
        state = 'draft' OR (organisation_id IS NOT NULL AND consultant_id IS NOT NULL AND territory IS NOT NULL)
    )
)""",
    "CREATE INDEX ix_questionnaires_principal_id ON questionnaires (principal_id)",
    "CREATE INDEX ix_questionnaires_organisation_id_due_at ON questionnaires (organisation_id, due_at)",
    """CREATE TABLE questionnaire_consents (
    id UUID NOT NULL,
    questionnaire_id UUID NOT NULL,
    purpose VARCHAR(64) NOT NULL,
    form VARCHAR(64) NOT NULL,
    text_version VARCHAR NOT NULL,
    text_hash VARCHAR NOT NULL,
    given_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_questionnaire_consents PRIMARY KEY (id),
    CONSTRAINT fk_questionnaire_consents_questionnaire_id_questionnaires
        FOREIGN KEY(questionnaire_id) REFERENCES questionnaires (id)
)""",
    "CREATE INDEX ix_questionnaire_consents_questionnaire_id ON questionnaire_consents (questionnaire_id)",
    """CREATE TABLE questionnaire_files (
    blob_id UUID NOT NULL,
    questionnaire_id UUID NOT NULL,
    kind VARCHAR(64) NOT NULL,
    media_type VARCHAR NOT NULL,
    size INTEGER NOT NULL,
    attached_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_questionnaire_files PRIMARY KEY (blob_id),
    CONSTRAINT fk_questionnaire_files_questionnaire_id_questionnaires
        FOREIGN KEY(questionnaire_id) REFERENCES questionnaires (id)
)""",
    "CREATE INDEX ix_questionnaire_files_questionnaire_id ON questionnaire_files (questionnaire_id)",
    """CREATE TABLE data_changes (
    questionnaire_id UUID NOT NULL,
    region VARCHAR NOT NULL,
    territory VARCHAR NOT NULL,
    principal_id UUID NOT NULL,
    organisation_id UUID NOT NULL,
    consultant_id UUID NOT NULL,
    child_id UUID NOT NULL,
    state VARCHAR(64) NOT NULL,
    fields TEXT[] NOT NULL,
    wanted JSONB NOT NULL,
    reason_code VARCHAR,
    requested_at TIMESTAMP WITH TIME ZONE NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE NOT NULL,
    explanation JSONB NOT NULL,
    decided_at TIMESTAMP WITH TIME ZONE,
    id UUID NOT NULL,
    version INTEGER NOT NULL,
    CONSTRAINT pk_data_changes PRIMARY KEY (id),
    CONSTRAINT fk_data_changes_questionnaire_id_questionnaires
        FOREIGN KEY(questionnaire_id) REFERENCES questionnaires (id)
)""",
    "CREATE INDEX ix_data_changes_principal_id ON data_changes (principal_id)",
    "CREATE INDEX ix_data_changes_organisation_id ON data_changes (organisation_id)",
    "CREATE UNIQUE INDEX uq_data_changes_questionnaire_id_waiting ON data_changes (questionnaire_id) "
    "WHERE state = 'requested'",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
