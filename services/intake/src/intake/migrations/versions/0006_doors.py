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
    CONSTRAINT pk_search_tokens PRIMARY KEY (token, application_id)
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
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
