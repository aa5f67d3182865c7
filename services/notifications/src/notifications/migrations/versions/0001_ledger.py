"""The ledger, the replica of families and specialists, and the watched deadlines."""

from alembic import op
from chassis.run.migrations import platform_tables

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    CREATE TABLE families (
        child_id uuid NOT NULL,
        application_id uuid NOT NULL,
        representative_id uuid NOT NULL,
        region varchar NOT NULL,
        territory varchar NOT NULL,
        organisation_id uuid NOT NULL,
        serving_organisation_id uuid,
        contact jsonb NOT NULL,
        contact_place varchar NOT NULL,
        contact_told_at timestamptz NOT NULL,
        withdrawn_at timestamptz,
        CONSTRAINT pk_families PRIMARY KEY (child_id),
        CONSTRAINT uq_families_application_id UNIQUE (application_id)
    )
    """,
    """
    CREATE TABLE specialists (
        id uuid NOT NULL,
        skills jsonb NOT NULL,
        CONSTRAINT pk_specialists PRIMARY KEY (id)
    )
    """,
    """
    CREATE TABLE messages (
        id uuid NOT NULL,
        version integer NOT NULL,
        kind varchar(64) NOT NULL,
        region varchar NOT NULL,
        territory varchar NOT NULL,
        channel varchar(64) NOT NULL,
        state varchar(64) NOT NULL,
        person_id uuid NOT NULL,
        child_id uuid NOT NULL,
        about_id uuid NOT NULL,
        occasion varchar NOT NULL,
        organisation_id uuid NOT NULL,
        serving_organisation_id uuid,
        told jsonb NOT NULL,
        created_at timestamptz NOT NULL,
        planned_for timestamptz NOT NULL,
        give_up_at timestamptz NOT NULL,
        attempts integer NOT NULL,
        sending_since timestamptz,
        sent_at timestamptz,
        reason_code varchar,
        provider_reference varchar,
        template_version varchar,
        letter jsonb,
        correlation_id uuid NOT NULL,
        CONSTRAINT pk_messages PRIMARY KEY (id),
        CONSTRAINT uq_messages_kind_about_id_child_id_occasion UNIQUE (kind, about_id, child_id, occasion),
        CONSTRAINT ck_messages_sent CHECK ((state = 'sent') = (sent_at IS NOT NULL)),
        CONSTRAINT ck_messages_sending CHECK (state <> 'sending' OR (sending_since IS NOT NULL AND letter IS NOT NULL)),
        CONSTRAINT ck_messages_reason CHECK (state NOT IN ('failed', 'unknown', 'cancelled') OR reason_code IS NOT NULL)
    )
    """,
    "CREATE INDEX ix_messages_child_id ON messages (child_id)",
    "CREATE INDEX ix_messages_about_id ON messages (about_id)",
    "CREATE INDEX ix_messages_created_at_id ON messages (created_at, id)",
    "CREATE INDEX ix_messages_due ON messages (planned_for) WHERE state = 'planned'",
    "CREATE INDEX ix_messages_open ON messages (state) WHERE state IN ('sending', 'unknown', 'failed')",
    """
    CREATE TABLE escalations (
        application_id uuid NOT NULL,
        number varchar NOT NULL,
        region varchar NOT NULL,
        territory varchar NOT NULL,
        organisation_id uuid NOT NULL,
        coordinator_id uuid,
        due_at timestamptz NOT NULL,
        submitted_at timestamptz NOT NULL,
        level varchar(64) NOT NULL,
        raised_at timestamptz,
        closed_at timestamptz,
        CONSTRAINT pk_escalations PRIMARY KEY (application_id)
    )
    """,
    "CREATE INDEX ix_escalations_open ON escalations (due_at) WHERE closed_at IS NULL",
)


def upgrade() -> None:
    platform_tables(op)
    for statement in STATEMENTS:
        op.execute(statement)
