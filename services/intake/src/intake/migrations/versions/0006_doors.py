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
    CONSTRAINT uq_application_duplicates_application_id UNIQUE (application_id, earlier_id),
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
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
