"""Outreach and those responsible for finding families."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLES = (
    """CREATE TABLE outreaches (
    region VARCHAR NOT NULL,
    territory VARCHAR NOT NULL,
    organisation_id UUID NOT NULL,
    responsible_id UUID,
    child_id UUID NOT NULL,
    representative_id UUID NOT NULL,
    person_digest VARCHAR NOT NULL,
    age_band VARCHAR(64) NOT NULL,
    way VARCHAR(64) NOT NULL,
    origin_id UUID,
    ground VARCHAR NOT NULL,
    state VARCHAR(64) NOT NULL,
    found_at TIMESTAMP WITH TIME ZONE NOT NULL,
    start_due_at TIMESTAMP WITH TIME ZONE NOT NULL,
    started_at TIMESTAMP WITH TIME ZONE,
    due_at TIMESTAMP WITH TIME ZONE NOT NULL,
    escalated_at TIMESTAMP WITH TIME ZONE,
    notified_at TIMESTAMP WITH TIME ZONE,
    notified_by VARCHAR(64),
    decided_at TIMESTAMP WITH TIME ZONE,
    reason VARCHAR,
    meets_at TIMESTAMP WITH TIME ZONE,
    place VARCHAR(64),
    met_at TIMESTAMP WITH TIME ZONE,
    surveyed_at TIMESTAMP WITH TIME ZONE,
    application_id UUID,
    closed_at TIMESTAMP WITH TIME ZONE,
    child JSONB NOT NULL,
    family JSONB NOT NULL,
    words JSONB,
    id UUID NOT NULL,
    version INTEGER NOT NULL,
    CONSTRAINT pk_outreaches PRIMARY KEY (id)
)""",
    "CREATE INDEX ix_outreaches_application_id ON outreaches (application_id)",
    "CREATE INDEX ix_outreaches_child_id ON outreaches (child_id)",
    "CREATE INDEX ix_outreaches_organisation_id_due_at ON outreaches (organisation_id, due_at)",
    "CREATE INDEX ix_outreaches_origin_id ON outreaches (origin_id)",
    "CREATE INDEX ix_outreaches_person_digest ON outreaches (person_digest)",
    "CREATE INDEX ix_outreaches_responsible_id ON outreaches (responsible_id)",
    """CREATE UNIQUE INDEX uq_outreaches_running_person ON outreaches (organisation_id, person_digest)
WHERE state IN ('open', 'agreed', 'met', 'surveyed')""",
    """CREATE TABLE outreach_steps (
    outreach_id UUID NOT NULL,
    position INTEGER NOT NULL,
    step VARCHAR(64) NOT NULL,
    opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
    because VARCHAR NOT NULL,
    meeting BOOLEAN NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE NOT NULL,
    provisional BOOLEAN NOT NULL,
    explanation JSONB NOT NULL,
    attempts INTEGER NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    ended_by VARCHAR,
    reason VARCHAR,
    CONSTRAINT pk_outreach_steps PRIMARY KEY (outreach_id, position),
    CONSTRAINT fk_outreach_steps_outreach_id_outreaches FOREIGN KEY(outreach_id) REFERENCES outreaches (id)
)""",
    """CREATE TABLE outreach_attempts (
    id UUID NOT NULL,
    outreach_id UUID NOT NULL,
    means VARCHAR(64) NOT NULL,
    outcome VARCHAR(64) NOT NULL,
    attempted_at TIMESTAMP WITH TIME ZONE NOT NULL,
    attempted_by UUID,
    next_try_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_outreach_attempts PRIMARY KEY (id),
    CONSTRAINT fk_outreach_attempts_outreach_id_outreaches FOREIGN KEY(outreach_id) REFERENCES outreaches (id)
)""",
    "CREATE INDEX ix_outreach_attempts_outreach_id ON outreach_attempts (outreach_id)",
    """CREATE TABLE outreach_letters (
    id UUID NOT NULL,
    outreach_id UUID NOT NULL,
    tracking_number VARCHAR NOT NULL,
    posted_on DATE NOT NULL,
    posted_by UUID NOT NULL,
    outcome VARCHAR(64),
    outcome_on DATE,
    CONSTRAINT pk_outreach_letters PRIMARY KEY (id),
    CONSTRAINT fk_outreach_letters_outreach_id_outreaches FOREIGN KEY(outreach_id) REFERENCES outreaches (id),
    CONSTRAINT uq_outreach_letters_tracking_number UNIQUE (tracking_number)
)""",
    "CREATE INDEX ix_outreach_letters_outreach_id ON outreach_letters (outreach_id)",
    """CREATE TABLE outreach_stages (
    outreach_id UUID NOT NULL,
    stage VARCHAR NOT NULL,
    done_at TIMESTAMP WITH TIME ZONE NOT NULL,
    done_by UUID,
    CONSTRAINT pk_outreach_stages PRIMARY KEY (outreach_id, stage),
    CONSTRAINT fk_outreach_stages_outreach_id_outreaches FOREIGN KEY(outreach_id) REFERENCES outreaches (id)
)""",
    """CREATE TABLE finders (
    organisation_id UUID NOT NULL,
    principal_id UUID NOT NULL,
    named_at TIMESTAMP WITH TIME ZONE NOT NULL,
    named_by UUID,
    ended_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_finders PRIMARY KEY (organisation_id, principal_id)
)""",
)


def upgrade() -> None:
    for statement in TABLES:
        op.execute(statement)
