"""The read tables."""

from alembic import op
from chassis.run.migrations import platform_tables

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    CREATE TABLE application_rows (
        id UUID NOT NULL,
        source VARCHAR,
        entry_point VARCHAR,
        age_band VARCHAR,
        submitted_at TIMESTAMP WITH TIME ZONE,
        call_back_due_at TIMESTAMP WITH TIME ZONE,
        reached_at TIMESTAMP WITH TIME ZONE,
        reached_on_time BOOLEAN,
        redirected BOOLEAN,
        accepted_at TIMESTAMP WITH TIME ZONE,
        withdrawn_at TIMESTAMP WITH TIME ZONE,
        region VARCHAR,
        territory VARCHAR,
        organisation_id UUID,
        CONSTRAINT pk_application_rows PRIMARY KEY (id)
    )
    """,
    """
    CREATE TABLE appointment_rows (
        id UUID NOT NULL,
        application_id UUID,
        first BOOLEAN,
        starts_at TIMESTAMP WITH TIME ZONE,
        in_time BOOLEAN,
        held_at TIMESTAMP WITH TIME ZONE,
        cancelled BOOLEAN,
        region VARCHAR,
        territory VARCHAR,
        organisation_id UUID,
        CONSTRAINT pk_appointment_rows PRIMARY KEY (id)
    )
    """,
    "CREATE INDEX ix_appointment_rows_application_id ON appointment_rows (application_id)",
    """
    CREATE TABLE case_rows (
        id UUID NOT NULL,
        child_id UUID,
        age_band VARCHAR,
        opened_at TIMESTAMP WITH TIME ZONE,
        region VARCHAR,
        territory VARCHAR,
        organisation_id UUID,
        CONSTRAINT pk_case_rows PRIMARY KEY (id)
    )
    """,
    """
    CREATE TABLE delivery_rows (
        id UUID NOT NULL,
        case_id UUID,
        child_id UUID,
        programme_id UUID,
        service_code VARCHAR,
        service_group VARCHAR,
        mode VARCHAR,
        accounting VARCHAR,
        delivered_on DATE,
        minutes INTEGER,
        region VARCHAR,
        territory VARCHAR,
        organisation_id UUID,
        CONSTRAINT pk_delivery_rows PRIMARY KEY (id)
    )
    """,
    "CREATE INDEX ix_delivery_rows_programme_id ON delivery_rows (programme_id)",
    """
    CREATE TABLE programme_rows (
        id UUID NOT NULL,
        case_id UUID,
        child_id UUID,
        kind VARCHAR,
        starts_on DATE,
        ends_on DATE,
        quota JSONB,
        region VARCHAR,
        territory VARCHAR,
        organisation_id UUID,
        CONSTRAINT pk_programme_rows PRIMARY KEY (id)
    )
    """,
    "CREATE INDEX ix_programme_rows_case_id ON programme_rows (case_id)",
    "CREATE INDEX ix_programme_rows_starts_on ON programme_rows (starts_on)",
    """
    CREATE TABLE trip_rows (
        id UUID NOT NULL,
        day DATE,
        urgent BOOLEAN,
        confirmed BOOLEAN,
        published BOOLEAN,
        performed BOOLEAN,
        families INTEGER,
        services INTEGER,
        region VARCHAR,
        territory VARCHAR,
        organisation_id UUID,
        CONSTRAINT pk_trip_rows PRIMARY KEY (id)
    )
    """,
    """
    CREATE TABLE visit_rows (
        id UUID NOT NULL,
        case_id UUID,
        child_id UUID,
        programme_id UUID,
        mode VARCHAR,
        starts_at TIMESTAMP WITH TIME ZONE,
        state VARCHAR,
        outcome VARCHAR,
        planned JSONB,
        region VARCHAR,
        territory VARCHAR,
        organisation_id UUID,
        CONSTRAINT pk_visit_rows PRIMARY KEY (id)
    )
    """,
    "CREATE INDEX ix_visit_rows_programme_id ON visit_rows (programme_id)",
)


def upgrade() -> None:
    platform_tables(op)
    for statement in STATEMENTS:
        op.execute(statement)
